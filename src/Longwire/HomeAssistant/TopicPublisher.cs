using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>
/// The time during which the base topic is ours on one connection: shows every snapshot, tells every event, answers those
/// who ask for the topic. Whatever fails ends the connection; the next one publishes everything again.
/// </summary>
internal sealed class TopicPublisher(
    BrokerConnection connection,
    IncomingMessages inbox,
    Topics topics,
    OwnInstance self,
    ReadAccess access,
    StateFeed feed,
    RadioEvents events,
    PublishedTopics published,
    string version,
    TimeProvider time,
    ILogger logger)
{
    private static readonly byte[] s_online = Encoding.UTF8.GetBytes(Topics.Online);

    private readonly RetainedMessages _retained = new(connection, topics, published, time, logger);
    private readonly CommandSubscription _commands = new(connection, topics, self, access, feed, time);
    private readonly MeasuredValues _figures = new();
    private volatile bool _online;

    /// <param name="ready">Called when everything was published.</param>
    /// <returns>The instance that goes before us; otherwise only an exception or cancellation ends it.</returns>
    public async Task<Instance> RunAsync(CommandReader commands, Action ready, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A task of its own, so that whoever asks for the base topic is answered while we are busy publishing.
        Task<Instance> defended = new TopicDefence(connection, inbox, topics, self, feed, version, time, logger)
            .RunAsync(token => _online ? connection.RetainAsync(topics.BridgeState, s_online, token) : Task.CompletedTask, ended.Token);
        Task obeyed = commands.RunAsync(ended.Token);
        Task? heard = null;
        try
        {
            Snapshot shown = await IntroduceAsync(ended.Token);
            ready();
            heard = _commands.CheckAsync(ended.Token);
            return await FollowAsync(shown, defended, obeyed, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            // Their outcome no longer matters: an earlier cause is on its way.
            await ((Task)defended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await obeyed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (heard is not null) await heard.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <param name="stops">Longwire stops; else it only leaves this broker or these topics.</param>
    public Task SayGoodbyeAsync(bool stops) => new Goodbye(connection, inbox, topics, self, feed, time).SayAsync(
        stops,
        // Not the bridge's info: to somebody who asks for the base topic just now it would be the answer that the topic is taken.
        (last, token) => _retained.LeaveAsync(Image(last).States.Where(state => state.Key != topics.BridgeInfo), token));

    /// <summary>
    /// The order matters: what the broker has kept from an earlier life is put right before <c>online</c> makes Home
    /// Assistant believe it. Discovery comes last: it sends Home Assistant to states that are there. Whether it is news to Home Assistant
    /// we cannot know, so they are told again after it.
    /// </summary>
    private async Task<Snapshot> IntroduceAsync(CancellationToken cancellationToken)
    {
        events.DropAll();
        Snapshot snapshot = feed.Current;
        RetainedSnapshot image = Image(snapshot);
        await _retained.ForgetOthersAsync(image.Devices, cancellationToken);
        await _retained.RememberAsync(image.Devices, cancellationToken);
        await _retained.ShowStatesAsync(image.States, all: true, cancellationToken);
        await SayOnlineAsync(cancellationToken);
        await _commands.OpenAsync(cancellationToken);
        await DiscoverAsync(snapshot, image, all: true, cancellationToken);
        return snapshot;
    }

    private async Task FollowOnceAsync(Snapshot snapshot, bool beat, bool birth, CancellationToken cancellationToken)
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
                topics.RadioEvent(radioEvent.RadioId), Payload.Of(message, StateJson.Default.RadioEventMessage), cancellationToken);
        }
    }

    private async Task<Instance> FollowAsync(Snapshot shown, Task<Instance> defended, Task obeyed, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Snapshot> changed = feed.WaitForChangeAsync(shown, ended.Token);
        Task<bool> happened = events.WaitAsync(ended.Token);
        Task<bool> born = inbox.Births.WaitToReadAsync(ended.Token).AsTask();
        Task beat = Task.Delay(BrokerTimers.Heartbeat, time, ended.Token);
        Task? due = null;
        Task? repeat = DelayOf(_retained.NextRepeat, ended.Token);
        try
        {
            while (true)
            {
                await Task.WhenAny([changed, happened, born, beat, defended, obeyed, .. Those(due, repeat)]);
                cancellationToken.ThrowIfCancellationRequested();
                if (defended.IsCompleted) return await defended;
                if (obeyed.IsCompleted) await obeyed;

                bool isBeat = beat.IsCompleted;
                bool isBirth = born.IsCompleted && inbox.Births.TryRead(out _);
                if (isBirth) MqttLog.Birth(logger);
                // In this order: an event must not overtake the state that goes with it.
                events.TakeIn();
                Snapshot snapshot = feed.Current;
                // The attach side has stopped, and we are told to in a moment: nothing goes out before 'offline' any more.
                if (snapshot.Bridge.Stopped) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                await FollowOnceAsync(snapshot, isBeat, isBirth, cancellationToken);

                if (changed.IsCompleted) changed = feed.WaitForChangeAsync(snapshot, ended.Token);
                if (happened.IsCompleted) happened = events.WaitAsync(ended.Token);
                if (born.IsCompleted) born = inbox.Births.WaitToReadAsync(ended.Token).AsTask();
                if (isBeat) beat = Task.Delay(BrokerTimers.Heartbeat, time, ended.Token);
                // What comes to wait later is due later: a timer that runs is never too late.
                if (due is null or { IsCompleted: true }) due = DelayOf(events.NextDue, ended.Token);
                if (repeat is null or { IsCompleted: true }) repeat = DelayOf(_retained.NextRepeat, ended.Token);
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
        RetainedSnapshot.Of(snapshot, _figures, topics, version, self.Nonce, published.Current);
}
