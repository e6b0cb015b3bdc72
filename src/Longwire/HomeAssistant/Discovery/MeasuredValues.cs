using Longwire.HomeAssistant.Broker;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Values that differ at each look, such as a round-trip time: shown as they were at the last heartbeat, or every
/// snapshot would be a change and flood Home Assistant's recorder. What is no longer known is shown as that at once.
/// </summary>
internal sealed class MeasuredValues
{
    // A round trip that differs by less is the same one: of each that is shown Home Assistant's recorder keeps a row.
    private const double SameShare = 0.2;
    private static readonly TimeSpan s_sameTime = TimeSpan.FromMilliseconds(1);

    private Dictionary<string, TimeSpan> _roundTrips = [], _roundTripsBefore = [];
    private Dictionary<string, UrbFigures> _urbs = [], _before = [];
    private readonly Dictionary<string, PiVitals> _vitals = [];

    /// <summary>A heartbeat: forget what is shown, the next look takes the figures as they are.</summary>
    public void Refresh()
    {
        (_roundTripsBefore, _roundTrips) = (_roundTrips, []);
        (_before, _urbs) = (_urbs, []);
        _vitals.Clear();
    }

    public double? RoundTripMs(string of, TimeSpan? measured) => Milliseconds(Shown(_roundTrips, of, Steadied(of, measured)));

    public UrbFigures? Urbs(string of, UrbFigures? measured) => Shown(_urbs, of, measured);

    /// <summary>Whether its power is too low, and since when it is up, are no figures: they are told as they are.</summary>
    public PiVitals? Vitals(string of, PiVitals? measured) => Shown(_vitals, of, measured) is { } shown
        ? shown with { UnderVoltage = measured?.UnderVoltage, Since = measured?.Since }
        : null;

    /// <summary>Bytes per second between the last two heartbeats; null where there are not two of one attachment.</summary>
    /// <param name="bytes">Of what is shown.</param>
    public double? Rate(string of, Func<UrbFigures, long> bytes)
    {
        if (!_urbs.TryGetValue(of, out UrbFigures now) || !_before.TryGetValue(of, out UrbFigures before)) return null;
        long passed = bytes(now) - bytes(before);
        return passed < 0 ? null : Math.Round(passed / BrokerTimers.Heartbeat.TotalSeconds);
    }

    /// <summary>As far as anybody looks.</summary>
    public static double? Milliseconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;

    private TimeSpan? Steadied(string of, TimeSpan? measured)
    {
        if (measured is not { } now || !_roundTripsBefore.TryGetValue(of, out TimeSpan before)) return measured;
        TimeSpan difference = (now - before).Duration();
        return difference < s_sameTime || difference < before * SameShare ? before : now;
    }

    private static T? Shown<T>(Dictionary<string, T> shown, string of, T? measured)
        where T : struct
    {
        if (measured is not { } now)
        {
            shown.Remove(of);
            return null;
        }
        if (shown.TryGetValue(of, out T before)) return before;
        return shown[of] = now;
    }
}
