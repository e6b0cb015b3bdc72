using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Ownership;
using Longwire.State;

namespace Longwire.HomeAssistant;

/// <summary>
/// The time during which the base topic is ours on one connection: publishes, obeys, and answers those who ask for the topic. Whatever
/// fails ends the connection.
/// </summary>
internal sealed class OwnedTopic(
    SnapshotPublisher publisher,
    PublishingLoop loop,
    CommandSubscription subscription,
    CommandReader commands,
    TopicDefence defence,
    Goodbye goodbye)
{
    /// <param name="ready">Called when everything was published.</param>
    /// <returns>The instance that goes before us; otherwise only an exception or cancellation ends it.</returns>
    public async Task<Instance> RunAsync(Action ready, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A task of its own, so that whoever asks for the base topic is answered while we are busy publishing.
        Task<Instance> defended = defence.RunAsync(publisher.RepeatOnlineAsync, ended.Token);
        Task obeyed = commands.RunAsync(ended.Token);
        Task? heard = null;
        try
        {
            Snapshot shown = await loop.IntroduceAsync(subscription.OpenAsync, ended.Token);
            ready();
            heard = subscription.CheckAsync(ended.Token);
            await loop.FollowAsync(shown, Task.WhenAny(defended, obeyed), ended.Token);
            if (!defended.IsCompleted) await obeyed;
            return await defended;
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
    public Task SayGoodbyeAsync(bool stops) => goodbye.SayAsync(stops, publisher.LeaveAsync);
}
