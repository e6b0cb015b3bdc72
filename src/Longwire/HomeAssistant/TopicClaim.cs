using System.Text;
using Longwire.Timing;

namespace Longwire.HomeAssistant;

/// <summary>
/// Two Longwires must not publish under one base topic: their wills would declare each other dead, and each would clear the
/// other's radios. What lies retained cannot tell who lives (a broker that lost its power keeps <c>online</c> of the
/// dead for ever, and a container with a new data folder has a new id), so an instance asks, and the living answer:
/// <list type="number">
/// <item>say "I would like it" on the claim topic, not retained;</item>
/// <item>its owner answers at once by publishing its info again: the claim is lost;</item>
/// <item>another claim at the same moment: who published here before in this life goes first, else the lower id. The
/// winner says so again, for the loser may have subscribed after the first time;</item>
/// <item>nobody answers for a while: it is ours.</item>
/// </list>
/// Should two owners ever meet (a broken bridge between brokers that heals), the lower id stays; see <see cref="TopicOwner"/>.
/// </summary>
internal sealed class TopicClaim(BrokerConnection connection, Inbox inbox, Topics topics, ClaimMessage mine, TimeProvider time)
{
    private string? _retainedOwner;
    private bool _retainedOnline;

    /// <param name="knownOwner">Whom we stood by for; it gets time to come back first.</param>
    /// <returns>The instance that holds it; null if it is ours.</returns>
    public async Task<string?> TryAsync(string? knownOwner, CancellationToken cancellationToken)
    {
        await connection.SubscribeAsync([topics.BridgeClaim, topics.BridgeInfo, topics.BridgeState], withRetained: true, cancellationToken);
        await ClaimAsync(cancellationToken);

        long start = time.GetTimestamp();
        while (true)
        {
            bool seen = knownOwner is not null || (_retainedOnline && _retainedOwner is not null);
            TimeSpan left = (seen ? BrokerTimers.ClaimSettlesLate : BrokerTimers.ClaimSettles) - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return null;
            if (await NextAsync(left, cancellationToken) is not { } message) continue;
            if (await HeedAsync(message, cancellationToken) is { } owner) return owner;
        }
    }

    private async Task<string?> HeedAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        if (message.Topic == topics.BridgeState)
        {
            _retainedOnline = message.Retained && Encoding.UTF8.GetString(message.Payload) == Topics.Online;
            return null;
        }
        if (message.Topic == topics.BridgeInfo)
        {
            string? id = Payload.TryRead(message.Payload, StateJson.Default.BridgeInfoMessage)?.InstanceId;
            if (id is null || id == mine.InstanceId) return null;
            if (!message.Retained) return id;
            _retainedOwner = id;
            return null;
        }
        ClaimMessage? other = Payload.TryRead(message.Payload, StateJson.Default.ClaimMessage);
        if (other is null || other.InstanceId == mine.InstanceId) return null;
        if (!GoesBefore(mine, other)) return other.InstanceId;
        await ClaimAsync(cancellationToken);
        return null;
    }

    /// <summary>Both sides come to the same answer.</summary>
    internal static bool GoesBefore(ClaimMessage one, ClaimMessage other) =>
        one.Incumbent != other.Incumbent ? one.Incumbent : string.CompareOrdinal(one.InstanceId, other.InstanceId) < 0;

    private Task<bool> ClaimAsync(CancellationToken cancellationToken) =>
        connection.SayAsync(topics.BridgeClaim, Payload.Of(mine, StateJson.Default.ClaimMessage), cancellationToken);

    private async Task<IncomingMessage?> NextAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        if (inbox.Bridge.TryRead(out IncomingMessage message)) return message;
        using var deadline = new Deadline(within, time, cancellationToken);
        try
        {
            return await inbox.Bridge.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.Passed && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
