using Longwire.Link.Wire;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>What a Pi says of its machine.</summary>
internal static class PiVitalsChanges
{
    // The network's delay, and two clocks that do not run alike: a Pi that was booted at another time differs by more.
    private static readonly TimeSpan s_sameBoot = TimeSpan.FromMinutes(1);

    public static void Told(AttachState state, AttachEvent.PiVitalsTold told)
    {
        if (!state.Pis.TryGetValue(told.PiId, out PiState? pi)) return;
        PiVitals? before = pi.Vitals;
        PiVitals now = Of(told.Vitals, state.Clock.Now, before);
        // Each is a snapshot: a Pi that says more than it should costs no more than one that does not. Power is told at once.
        bool isSoon = state.Now - pi.VitalsAt < AttachTimers.VitalsRest;
        if (before is { } known && isSoon && known.UnderVoltage == now.UnderVoltage) return;
        (pi.Vitals, pi.VitalsAt) = (now, state.Now);
    }

    /// <summary>The clock was set by this: what was dated by it moves along.</summary>
    public static void ClockWasSet(AttachState state, TimeSpan set)
    {
        foreach (PiState pi in state.Pis.Values)
        {
            if (pi.Vitals is { Since: { } since } vitals) pi.Vitals = vitals with { Since = since + set };
        }
    }

    private static PiVitals Of(Vitals told, DateTimeOffset clock, PiVitals? before)
    {
        DateTimeOffset? since = told.Uptime is { } up && clock - DateTimeOffset.MinValue > up ? Whole(clock - up) : null;
        if (since is { } now && before?.Since is { } known && (now - known).Duration() < s_sameBoot) since = known;
        return new PiVitals(
            Rounded(told.Temperature, 1), told.UnderVoltage, Rounded(told.Load, 2), since, told.WifiSignal);
    }

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;

    private static DateTimeOffset Whole(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
