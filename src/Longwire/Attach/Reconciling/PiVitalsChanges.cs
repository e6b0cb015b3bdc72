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
        pi.LatestVitals = now;
        if (now.UnderVoltage == true) pi.PowerWasLowAt = state.Now;
        if (before is null) Show(state, pi, now);
        // Low power is told at once, and only that: the rest has its own time.
        else if (before is { } known && now.UnderVoltage == true && known.UnderVoltage != true)
            pi.Vitals = known with { UnderVoltage = true };
    }

    /// <summary>
    /// Shows what was told last once it is time. Each is a snapshot: a Pi that says more than it should costs no more than one that does
    /// not; and power that is low now and then is low until it has been well for a while.
    /// </summary>
    /// <returns>When to look again without any event, in time since the start; null: nothing waits.</returns>
    public static TimeSpan? Settle(AttachState state)
    {
        TimeSpan? next = null;
        foreach (PiState pi in state.Pis.Values)
        {
            if (pi.Vitals is not { } shown || pi.LatestVitals is not { } latest) continue;
            TimeSpan wellAt = pi.PowerWasLowAt is { } low ? low + AttachTimers.PowerSettles : TimeSpan.Zero;
            bool wasLow = shown.UnderVoltage == true && latest.UnderVoltage == false && wellAt > state.Now;
            PiVitals due = wasLow ? latest with { UnderVoltage = true } : latest;
            TimeSpan restsUntil = pi.VitalsAt + AttachTimers.VitalsRest;
            if (due != shown && restsUntil <= state.Now) Show(state, pi, due);
            else if (due != shown) next = Sooner(next, restsUntil);
            if (wasLow) next = Sooner(next, wellAt);
        }
        return next;
    }

    private static void Show(AttachState state, PiState pi, PiVitals vitals) => (pi.Vitals, pi.VitalsAt) = (vitals, state.Now);

    private static TimeSpan Sooner(TimeSpan? one, TimeSpan other) => one < other ? one.Value : other;

    /// <summary>The clock was set by this: what was dated by it moves along.</summary>
    public static void ClockWasSet(AttachState state, TimeSpan set)
    {
        foreach (PiState pi in state.Pis.Values)
        {
            if (pi.Vitals is { Since: { } since } vitals) pi.Vitals = vitals with { Since = since + set };
            if (pi.LatestVitals is { Since: { } from } latest) pi.LatestVitals = latest with { Since = from + set };
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
