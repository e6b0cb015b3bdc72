using System.Diagnostics.CodeAnalysis;

namespace Longwire.HomeAssistant.Broker;

/// <summary>How long to wait before the next attempt: doubling, capped by what went wrong, and never in step with others.</summary>
internal sealed class ReconnectDelays(Random random)
{
    // Seen after a stall too, when the broker works off attempts that we gave up long ago: so not at the first time.
    private const int TakeOversThatMeanSomething = 3;

    private TimeSpan _next = BrokerTimers.FirstPause;
    private int _takeOvers;
    private int _closes;
    private int _drops;
    private bool _wasGood;

    /// <summary>Somebody else uses our client id, again and again, and has just thrown us out.</summary>
    public bool Duel { get; private set; }

    /// <param name="lived">How long the connection was good; zero if it never was.</param>
    public TimeSpan After(BrokerFailure failure, TimeSpan lived)
    {
        // Other failures come in between, when two connect at the same moment: only a connection that lasted ends the count.
        if (lived >= BrokerTimers.PauseWhenTakenOver) _takeOvers = 0;
        if (failure == BrokerFailure.TakenOver) _takeOvers++;
        Duel = failure == BrokerFailure.TakenOver && _takeOvers >= TakeOversThatMeanSomething;
        if (Duel) return Jittered(BrokerTimers.PauseWhenTakenOver);
        if (lived >= BrokerTimers.GoodConnection)
        {
            _next = BrokerTimers.FirstPause;
            _closes = _drops = 0;
            _wasGood = true;
        }
        int quick = _wasGood ? BrokerTimers.QuickTriesWhenClosedAgain : BrokerTimers.QuickTriesWhenClosed;
        if (failure == BrokerFailure.Closed && ++_closes > quick)
        {
            _wasGood = false;
            return Longer(BrokerTimers.PauseWhenClosed);
        }
        if (failure == BrokerFailure.Dropped) _drops++;
        bool slow = failure == BrokerFailure.Refused || (failure == BrokerFailure.Dropped && _drops > BrokerTimers.MostQuickDrops);
        TimeSpan longest = slow ? BrokerTimers.LongestPauseWhenRefused : BrokerTimers.LongestPause;
        TimeSpan pause = _next < longest ? _next : longest;
        _next = pause * 2;
        return Jittered(pause);
    }

    /// <summary>For a pause that is never to be shorter.</summary>
    private TimeSpan Longer(TimeSpan pause) => Jittered(pause) + (pause / 2);

    [SuppressMessage("Security", "CA5394", Justification = "It spreads attempts over time; nobody gains by guessing it.")]
    private TimeSpan Jittered(TimeSpan pause) => pause * (0.5 + (0.5 * random.NextDouble()));
}
