using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Ownership;
using Longwire.State;

namespace Longwire.HomeAssistant;

/// <summary>Listens for commands and births on one connection, and finds out whether it hears them.</summary>
internal sealed class CommandSubscription(
    BrokerConnection connection, Topics topics, OwnInstance self, ReadAccess access, StateFeed feed, TimeProvider time)
{
    private readonly List<string> _expected = [.. topics.Bridge];

    // A first radio may come long after we connected.
    private bool _probed;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // With its retain flag as it was published: a bridge between brokers hands a retained OFF on as if somebody had just pressed it.
        await SubscribeAsync(topics.Commands, retainAsPublished: true, cancellationToken);
        // Without: people may well have Home Assistant retain its birth, and it is as good a birth.
        await SubscribeAsync([topics.Birth], retainAsPublished: false, cancellationToken);
        await ProbeAsync(cancellationToken);
    }

    /// <summary>Begin when our claim, info and state are published; it ends once all is heard, or with the connection.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(BrokerTimers.ClaimSettlesLate, time, cancellationToken);
            // What was not taken from us cannot come back.
            access.Judge(_expected.Where(connection.Takes));
            bool all = _expected.TrueForAll(access.IsHeard);
            if (all && _probed) return;
            // The broker's rules may be mended while we are connected. Info and state come with each heartbeat anyway.
            await Task.Delay(BrokerTimers.Heartbeat, time, cancellationToken);
            if (!all) await ClaimAsync(cancellationToken);
            await ProbeAsync(cancellationToken);
        }
    }

    private async Task SubscribeAsync(IReadOnlyList<string> filters, bool retainAsPublished, CancellationToken cancellationToken) =>
        access.Subscribed(filters, await connection.SubscribeAsync(filters, withRetained: false, retainAsPublished, cancellationToken));

    private Task<bool> ClaimAsync(CancellationToken cancellationToken)
    {
        ClaimMessage claim = self.Claim(incumbent: true) with { Token = self.NewToken() };
        return connection.SayAsync(topics.BridgeClaim, Payload.Of(claim, ClaimJson.Default.ClaimMessage), cancellationToken);
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // A real radio's topics: rules may name the radios one by one.
        if (feed.Current.Radios.FirstOrDefault() is not { Id: var radio }) return;
        _probed = true;
        await access.ProbeAsync(
            connection,
            [(topics.AnyAttachCommand, topics.RadioAttach(radio)), (topics.AnyReattachCommand, topics.RadioReattach(radio))],
            _expected,
            cancellationToken);
    }
}
