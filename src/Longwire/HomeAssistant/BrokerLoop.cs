using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>Finds the broker that a set of options means, keeps a session with it, and begins anew after each failure.</summary>
/// <param name="sessionOf">Makes the session of a set of options, with the bridge as it is in the first snapshot.</param>
internal sealed class BrokerLoop(
    IBrokerSource brokers,
    StateFeed feed,
    Func<MqttSettings, BridgeSnapshot, BrokerSession> sessionOf,
    TimeProvider time,
    Random random,
    ILogger logger)
{
    /// <summary>Only cancellation ends it.</summary>
    /// <param name="stopping">Longwire stops; <paramref name="cancellationToken"/> ends with new settings, too.</param>
    public async Task RunAsync(MqttSettings settings, CancellationToken stopping, CancellationToken cancellationToken)
    {
        Snapshot first = feed.Current;
        while (ReferenceEquals(first, Snapshot.Empty)) first = await feed.WaitForChangeAsync(first, cancellationToken);

        var news = new BrokerLog(logger);
        var pauses = new ReconnectDelays(random);
        BrokerSession session = sessionOf(settings, first.Bridge);
        long noneSince = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await brokers.FindAsync(settings.Broker, cancellationToken) is not { } broker)
            {
                news.None(brokers.WhyNone);
                bool soon = time.GetElapsedTime(noneSince) < BrokerTimers.BrokerComesWithin;
                await Task.Delay(soon ? BrokerTimers.AskForBrokerSoon : BrokerTimers.AskForBrokerEvery, time, cancellationToken);
                continue;
            }
            long start = time.GetTimestamp();
            try
            {
                await session.RunAsync(broker, () => news.Connected(broker), stopping, cancellationToken);
            }
            catch (BrokerException e)
            {
                noneSince = time.GetTimestamp();
                TimeSpan pause = pauses.After(e.Failure, time.GetElapsedTime(start));
                news.Failed(broker, e);
                if (pauses.Duel) session.ReportDuel();
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}
