using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>When something goes out over one connection: at a change, an event, a heartbeat, and when Home Assistant comes up.</summary>
/// <param name="inbox">For Home Assistant's births.</param>
internal sealed class PublishingLoop(
    SnapshotPublisher publisher, StateFeed feed, RadioEvents events, IncomingMessages inbox, TimeProvider time, ILogger logger)
{
    /// <inheritdoc cref="SnapshotPublisher.IntroduceAsync" />
    /// <returns>The snapshot that was published.</returns>
    public async Task<Snapshot> IntroduceAsync(Func<CancellationToken, Task> listen, CancellationToken cancellationToken)
    {
        events.DropAll();
        Snapshot snapshot = feed.Current;
        await publisher.IntroduceAsync(snapshot, listen, cancellationToken);
        return snapshot;
    }

    /// <param name="shown">The snapshot that was published last.</param>
    /// <param name="end">Nothing is published any more once this is completed; what is under way is.</param>
    public async Task FollowAsync(Snapshot shown, Task end, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Snapshot> changed = feed.WaitForChangeAsync(shown, ended.Token);
        Task<bool> happened = events.WaitAsync(ended.Token);
        Task<bool> born = inbox.Births.WaitToReadAsync(ended.Token).AsTask();
        Task beat = Task.Delay(BrokerTimers.Heartbeat, time, ended.Token);
        Task? due = null;
        Task? repeat = DelayOf(publisher.NextRepeat, ended.Token);
        try
        {
            while (true)
            {
                await Task.WhenAny([changed, happened, born, beat, end, .. Those(due, repeat)]);
                cancellationToken.ThrowIfCancellationRequested();
                if (end.IsCompleted) return;

                bool isBeat = beat.IsCompleted;
                bool isBirth = born.IsCompleted && inbox.Births.TryRead(out _);
                if (isBirth) MqttLog.Birth(logger);
                // In this order: an event must not overtake the state that goes with it.
                events.TakeIn();
                Snapshot snapshot = feed.Current;
                // The attach side has stopped, and we are told to in a moment: nothing goes out before 'offline' any more.
                if (snapshot.Bridge.Stopped) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                await publisher.FollowAsync(snapshot, isBeat, isBirth, cancellationToken);

                if (changed.IsCompleted) changed = feed.WaitForChangeAsync(snapshot, ended.Token);
                if (happened.IsCompleted) happened = events.WaitAsync(ended.Token);
                if (born.IsCompleted) born = inbox.Births.WaitToReadAsync(ended.Token).AsTask();
                if (isBeat) beat = Task.Delay(BrokerTimers.Heartbeat, time, ended.Token);
                // What comes to wait later is due later: a timer that runs is never too late.
                if (due is null or { IsCompleted: true }) due = DelayOf(events.NextDue, ended.Token);
                if (repeat is null or { IsCompleted: true }) repeat = DelayOf(publisher.NextRepeat, ended.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            Task all = Task.WhenAll([changed, happened, born, beat, .. Those(due, repeat)]);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task? DelayOf(TimeSpan? wait, CancellationToken cancellationToken) =>
        wait is { } left ? Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken) : null;

    private static IEnumerable<Task> Those(params Task?[] tasks) => tasks.OfType<Task>();
}
