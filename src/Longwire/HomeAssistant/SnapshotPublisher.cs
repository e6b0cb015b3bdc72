using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>
/// What goes out over one connection: each snapshot as states and discovery, then the events that go with it. Whatever fails ends the
/// connection; the next one publishes everything again.
/// </summary>
internal sealed class SnapshotPublisher(
    BrokerConnection connection,
    Topics topics,
    OwnInstance self,
    RadioEvents events,
    PublishedTopics published,
    TimeProvider time,
    ILogger logger)
{
    private static readonly byte[] s_online = Encoding.UTF8.GetBytes(Topics.Online);

    private readonly RetainedMessages _retained = new(connection, topics, published, time, logger);
    private readonly MeasuredValues _figures = new();
    private volatile bool _online;

    /// <summary>How long until states have to be published once more, without anything new; null if they have not.</summary>
    public TimeSpan? NextRepeat => _retained.NextRepeat;

    /// <summary>
    /// The first snapshot of this connection. The order matters: what the broker has kept from an earlier life is put right before
    /// <c>online</c> makes Home Assistant believe it. Discovery comes last: it sends Home Assistant to states that are there. Whether it is
    /// news to Home Assistant we cannot know, so they are told again after it.
    /// </summary>
    /// <param name="listen">Subscribes to commands: after <c>online</c>, before Home Assistant is told where to send them.</param>
    public async Task IntroduceAsync(Snapshot snapshot, Func<CancellationToken, Task> listen, CancellationToken cancellationToken)
    {
        RetainedSnapshot image = Image(snapshot);
        await _retained.ForgetOthersAsync(image.Devices, cancellationToken);
        await _retained.RememberAsync(image.Devices, cancellationToken);
        await _retained.ShowStatesAsync(image.States, all: true, cancellationToken);
        await SayOnlineAsync(cancellationToken);
        await listen(cancellationToken);
        await DiscoverAsync(snapshot, image, all: true, cancellationToken);
    }

    /// <param name="beat">It is time for a heartbeat: unchanged states go out as well.</param>
    /// <param name="birth">Home Assistant has just come up: everything goes out.</param>
    public async Task FollowAsync(Snapshot snapshot, bool beat, bool birth, CancellationToken cancellationToken)
    {
        if (beat || birth) _figures.Refresh();
        RetainedSnapshot image = Image(snapshot);
        await _retained.ForgetOthersAsync(image.Devices, cancellationToken);
        await _retained.RememberAsync(image.Devices, cancellationToken);
        await _retained.ShowStatesAsync(image.States, all: beat || birth, cancellationToken);
        if (beat || birth) await SayOnlineAsync(cancellationToken);
        await DiscoverAsync(snapshot, image, all: birth, cancellationToken);
        await _retained.RepeatDueAsync(image.Devices, cancellationToken);
        // After the state: whoever acts on an event finds the state that goes with it.
        foreach (RadioEvent radioEvent in events.TakeDue())
        {
            var message = new RadioEventMessage { EventType = radioEvent.Type.Name(), Reason = StateText.Clip(radioEvent.Reason) };
            await connection.SayAsync(
                topics.RadioEvent(radioEvent.RadioId), Payload.Of(message, StateMessageJson.Default.RadioEventMessage), cancellationToken);
        }
    }

    /// <summary>Somebody has said <c>offline</c> in our name. Does nothing before we have said <c>online</c> ourselves.</summary>
    public Task RepeatOnlineAsync(CancellationToken cancellationToken) =>
        _online ? connection.RetainAsync(topics.BridgeState, s_online, cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// The last states of all. Not the bridge's info: to somebody who asks for the base topic just now it would be the answer that the
    /// topic is taken.
    /// </summary>
    public Task LeaveAsync(Snapshot last, CancellationToken cancellationToken) =>
        _retained.LeaveAsync(Image(last).States.Where(state => state.Key != topics.BridgeInfo), cancellationToken);

    private async Task DiscoverAsync(Snapshot snapshot, RetainedSnapshot image, bool all, CancellationToken cancellationToken)
    {
        await _retained.DiscoverAsync(image.Devices, all, cancellationToken);
        events.Discovered([.. snapshot.Radios.Select(radio => radio.Id)]);
    }

    private async Task SayOnlineAsync(CancellationToken cancellationToken)
    {
        await _retained.ShowAsync(topics.BridgeState, s_online, always: true, cancellationToken);
        _online = true;
    }

    private RetainedSnapshot Image(Snapshot snapshot) =>
        RetainedSnapshot.Of(snapshot, _figures, topics, self.Version, self.Nonce, published.Current);
}
