namespace Longwire.Web.Http;

/// <summary>How much one person, or one machine, may ask for: more than anybody presses, less than a program in a loop would.</summary>
internal sealed class ActionPace(TimeProvider time)
{
    public const int MostPerMinute = 60;

    /// <summary>Whoever has not asked for the longest time makes room.</summary>
    private const int MostKnown = 256;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Since, int Count)> _known = new(StringComparer.Ordinal);

    private string Oldest()
    {
        string oldest = "";
        long since = long.MaxValue;
        foreach ((string who, (long first, _)) in _known)
        {
            if (first < since) (oldest, since) = (who, first);
        }
        return oldest;
    }

    /// <returns>False: not so fast.</returns>
    public bool Takes(string who)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (!_known.TryGetValue(who, out (long Since, int Count) known) || time.GetElapsedTime(known.Since, now) >= s_minute)
            {
                if (_known.Count >= MostKnown) _known.Remove(Oldest());
                known = (now, 0);
            }
            _known[who] = (known.Since, Math.Min(known.Count + 1, MostPerMinute + 1));
            return known.Count < MostPerMinute;
        }
    }
}
