using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// The quality of one radio's link while there is one. It is worse at once, and better only once it was so for half an hour: at a threshold
/// it changes four times an hour at most, and an automation that watches it is left in peace.
/// </summary>
internal sealed class LinkGrade
{
    /// <summary>
    /// From here on it is degraded: each question to a stick takes a round trip more, and a network that takes this long within a house has
    /// something wrong with it.
    /// </summary>
    public static readonly TimeSpan DegradedFrom = TimeSpan.FromMilliseconds(50);

    /// <summary>From here on it is poor: Z-Wave's programs give a stick 1.6 s for a frame of several round trips.</summary>
    public static readonly TimeSpan PoorFrom = TimeSpan.FromMilliseconds(200);

    /// <summary>So long after an outage it is degraded.</summary>
    public static readonly TimeSpan OutageCounts = TimeSpan.FromMinutes(10);

    /// <summary>So long it has to be better before it is called so.</summary>
    public static readonly TimeSpan BetterFor = TimeSpan.FromMinutes(30);

    private LinkQuality? _grade;
    private TimeSpan? _betterSince;
    private TimeSpan? _outage;

    /// <summary>Null before anything was measured.</summary>
    public LinkQuality? Current => _grade;

    /// <summary>Its Pi is away.</summary>
    public void Outage(TimeSpan now)
    {
        _outage = now;
        Look(LinkQuality.Degraded, now);
    }

    /// <param name="roundTrip">Null: it is not known, and says nothing.</param>
    public void Measured(TimeSpan? roundTrip, TimeSpan now)
    {
        if (roundTrip is not { } took) return;
        LinkQuality seen = took >= PoorFrom ? LinkQuality.Poor : took >= DegradedFrom ? LinkQuality.Degraded : LinkQuality.Good;
        if (seen == LinkQuality.Good && now - _outage < OutageCounts) seen = LinkQuality.Degraded;
        Look(seen, now);
    }

    private void Look(LinkQuality seen, TimeSpan now)
    {
        if (_grade is not { } grade || seen >= grade)
        {
            (_grade, _betterSince) = (seen, null);
            return;
        }
        _betterSince ??= now;
        if (now - _betterSince >= BetterFor) (_grade, _betterSince) = (seen, null);
    }
}
