using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Values that differ at each look, such as a round-trip time: shown as they were at the last heartbeat, or every
/// snapshot would be a change and flood Home Assistant's recorder. What is no longer known is shown as that at once.
/// </summary>
internal sealed class MeasuredValues
{
    private readonly Dictionary<string, TimeSpan> _roundTrips = [];
    private readonly Dictionary<string, UrbFigures> _urbs = [];

    /// <summary>Forget what is shown: the next look takes the figures as they are.</summary>
    public void Refresh()
    {
        _roundTrips.Clear();
        _urbs.Clear();
    }

    public double? RoundTripMs(string of, TimeSpan? measured) => Milliseconds(Shown(_roundTrips, of, measured));

    public UrbFigures? Urbs(string of, UrbFigures? measured) => Shown(_urbs, of, measured);

    /// <summary>As far as anybody looks.</summary>
    public static double? Milliseconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;

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
