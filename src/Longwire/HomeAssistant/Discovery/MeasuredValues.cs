namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Values that differ at each look, such as a round-trip time: shown as they were at the last heartbeat, or every
/// snapshot would be a change and flood Home Assistant's recorder. What is no longer known is shown as that at once.
/// </summary>
internal sealed class MeasuredValues
{
    private readonly Dictionary<string, double> _shown = [];

    /// <summary>Forget what is shown: the next look takes the figures as they are.</summary>
    public void Refresh() => _shown.Clear();

    public double? RoundTripMs(string of, TimeSpan? measured)
    {
        if (measured is not { } now)
        {
            _shown.Remove(of);
            return null;
        }
        if (_shown.TryGetValue(of, out double shown)) return shown;
        return _shown[of] = Math.Round(now.TotalMilliseconds, 1);
    }
}
