using Longwire.Attach.Memory;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Counts and dates the times for which a radio is held. That its port goes is counted elsewhere, be it out of such a time.
/// </summary>
internal static class Outages
{
    public static void Begin(AttachState state, RadioState radio, Assignment assignment, CarrierHold hold)
    {
        bool goesOn = assignment.Hold is not null;
        assignment.Hold = hold;
        if (goesOn) return;
        radio.OutageBegan = state.Now;
        radio.Link.Outage(state.Now);
        OutageMemory? former = radio.Memory.Outages;
        var outages = new OutageMemory((former?.Count ?? 0) + 1, former?.Held ?? TimeSpan.Zero, state.Clock.Now, LastHeld: null);
        state.Change(radio, radio.Memory with { Outages = outages });
    }

    /// <summary>Nothing happens if it is not held.</summary>
    public static void End(AttachState state, RadioState radio, Assignment assignment)
    {
        bool went = assignment.Hold is not null;
        assignment.Hold = null;
        if (!went || radio is not { OutageBegan: { } began, Memory.Outages: { } outages }) return;
        TimeSpan held = state.Now - began;
        state.Change(radio, radio.Memory with { Outages = outages with { Held = outages.Held + held, LastHeld = held } });
    }

    /// <summary>What was dated since our start moves along.</summary>
    public static void ClockWasSet(AttachState state, TimeSpan set)
    {
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio is not { OutageBegan: not null, Memory.Outages: { } outages }) continue;
            state.Change(radio, radio.Memory with { Outages = outages with { LastBegan = outages.LastBegan + set } });
        }
    }
}
