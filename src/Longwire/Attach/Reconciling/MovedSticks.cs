using Longwire.Attach.Identity;
using Longwire.Attach.Memory;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// A stick that is taken for a radio which sat elsewhere. If another one looks the same and sits elsewhere too, nobody can say which of
/// them is the radio: a network behind the wrong name is worse than a radio that asks to be named.
/// </summary>
internal sealed class MovedSticks(AttachState state)
{
    /// <summary>Whether there may be another one of which it is not known yet.</summary>
    public bool MayAnotherBe(RadioMemory radio, Stick stick, Assignment assignment)
    {
        bool samePi = radio.PiId == stick.PiId;
        // Its own Pi may still have it.
        if (!samePi && state.Pis.TryGetValue(radio.PiId, out PiState? home) && home.Reachable is null) return true;
        return state.Assignments.Any(
            other => other != assignment
                && other is { Identified: false, Cancelled: false }
                && (!samePi || other.PiId == stick.PiId)
                && state.StickOf(other)?.Id == stick.Id);
    }

    /// <summary>Whether there is another one; then neither is taken for the radio.</summary>
    public bool IsAnotherLikeIt(RadioMemory radio, Stick stick, Sighting seen)
    {
        List<Stick> others =
        [
            .. from pi in state.Pis.Values
               where radio.PiId != stick.PiId || pi.Options.Id == stick.PiId
               from other in pi.Sticks.Values
               where other != stick
                   && other is { Identity: not null, RadioId: null }
                   && (other.Listed || other.Assignment is { Cancelled: false })
                   && !other.IsNot.Contains(radio.Id)
                   && !other.MayNotBe.Contains(radio.Id)
                   && RadioIds.IsAlike(other.Sighting, seen)
                   && !state.Memory.Radios.Any(known => known.Serial == radio.Serial && Identification.Sits(other, known))
               select other,
        ];
        if (others.Count == 0) return false;
        foreach (Stick one in (IEnumerable<Stick>)[stick, .. others]) one.MayNotBe.Add(radio.Id);
        return true;
    }
}
