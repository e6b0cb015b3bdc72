using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>Radios that a person wants forgotten. What no snapshot has any more, Home Assistant is told to remove.</summary>
internal static class ForgottenRadios
{
    /// <returns>Why it is not, as a sentence for a person; null: it is.</returns>
    public static string? Asked(AttachState state, string radioId)
    {
        if (!state.Radios.TryGetValue(radioId, out RadioState? radio))
            // Asked for twice: it is as it was wanted.
            return null;
        if (radio.Assignment is { Identified: true })
            return $"{radio.Memory.Name} is attached, or is being attached or detached. Detach it first, then forget it.";
        if (radio.Assignment is { } attempt)
        {
            Assignments.Reject(attempt, radio);
            state.Cancel(attempt);
        }
        ILogger log = state.Logger.About(radio.Memory.PiId, radio.Id);
        AttachLog.Forgotten(log, radio.Memory.Name, radio.Id);
        state.Remove(radio);
        foreach (RadioState other in state.Radios.Values.Where(other => other.Memory.CameWhileAway.Contains(radio.Id)))
            state.Change(other, other.Memory with { CameWhileAway = other.Memory.CameWhileAway.Remove(radio.Id) });
        return null;
    }
}
