using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Longwire.State;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>
/// The orderly end of an owner. <c>offline</c> comes first: the radios are being let go, and what Home Assistant would see of that is a
/// loss to every automation, though Longwire is only updated. The last states follow once that is done, unseen, so that nothing
/// that is under way now stays on the broker for ever. DISCONNECT makes the broker drop our will.
/// </summary>
internal sealed class Goodbye(
    BrokerConnection connection, IncomingMessages inbox, Topics topics, OwnInstance self, StateFeed feed, TimeProvider time)
{
    /// <param name="stops">Longwire stops; else only the broker or the topics change, and the radios stay.</param>
    /// <param name="leave">Publishes the last states.</param>
    /// <exception cref="BrokerException">The broker is gone; so is what it was to be told.</exception>
    /// <exception cref="OperationCanceledException">It is too slow, or gone.</exception>
    public async Task SayAsync(bool stops, Func<Snapshot, CancellationToken, Task> leave)
    {
        using (var first = new Deadline(BrokerTimers.Goodbye, time, connection.Gone))
        {
            await connection.RetainAsync(topics.BridgeState, Topics.Offline, first.Token);
        }
        Snapshot? last = stops ? await LetGoAsync() : null;
        using var rest = new Deadline(BrokerTimers.Goodbye, time, connection.Gone);
        if (last is not null && !HasSuccessor()) await leave(last, rest.Token);
        await connection.CloseAsync(rest.Token);
    }

    /// <summary>What does not let go in time, the end of the process takes.</summary>
    private async Task<Snapshot> LetGoAsync()
    {
        Snapshot snapshot = feed.Current;
        using var deadline = new Deadline(BrokerTimers.LettingGo, time, connection.Gone);
        try
        {
            while (!snapshot.Bridge.Stopped) snapshot = await feed.WaitForChangeAsync(snapshot, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.Passed)
        {
            return feed.Current.AfterStop();
        }
        return snapshot;
    }

    /// <summary>
    /// Somebody who waited for the base topic may have it since <c>offline</c>, with radios of the same names: their states are not ours
    /// any more.
    /// </summary>
    private bool HasSuccessor()
    {
        while (inbox.Bridge.TryRead(out IncomingMessage message))
        {
            if (!message.Retained && IsOfAnother(message)) return true;
        }
        return false;
    }

    private bool IsOfAnother(IncomingMessage message)
    {
        // Who says "online" cannot be told: it may be our own, on its way back.
        if (message.Topic == topics.BridgeState) return false;
        Instance? sender = message.Topic == topics.BridgeClaim
            ? Payload.TryRead(message.Payload, ClaimJson.Default.ClaimMessage)?.Sender
            : Payload.TryRead(message.Payload, BridgeInfoJson.Default.BridgeInfoMessage)?.Sender;
        return sender is not null && !self.Is(sender);
    }
}
