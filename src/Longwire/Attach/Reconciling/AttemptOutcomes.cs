namespace Longwire.Attach.Reconciling;

/// <summary>What the end of an attempt means for the next one, and how it is told.</summary>
internal static class AttemptOutcomes
{
    /// <summary>How the attempts at a stick ended that is lost each time it is attached.</summary>
    public static AttachOutcome TakenAway { get; } = new AttachOutcome.Failed(
        "it was lost right after it was attached, again and again: another machine takes it (stop that one), or the stick is sick. It is "
            + "tried less and less often, and at once when Reattach is pressed");

    /// <summary>The same where nobody takes it.</summary>
    public static AttachOutcome LostEachTime(string reason) => new AttachOutcome.Failed(
        $"it was lost right after it was attached, again and again ({reason}): the stick is sick, or its cable or its power is. It is "
            + "tried about once a minute, and at once when it is replugged or Reattach is pressed");

    /// <summary>Counts it among the stick's, for its back-off.</summary>
    public static void Count(AttachState state, PiState pi, Assignment assignment, Stick stick, AttachOutcome outcome)
    {
        stick.Tries.Ended(state.Now);
        switch (outcome)
        {
            case AttachOutcome.Lost loss:
                TimeSpan upFor = state.Time.GetElapsedTime(assignment.UpAt);
                stick.Tries.Lost(state.Now, upFor, loss.Reason, mayBeTaken: loss.PiClosed && pi.Server != PiServer.Longwire);
                break;
            case AttachOutcome.Failed { PiClosed: true } taken when pi.Server != PiServer.Longwire:
                stick.Tries.Lost(state.Now, TimeSpan.Zero, taken.Reason, mayBeTaken: true);
                break;
            // Each look resets the stick: one whose answer does not last must not be looked at without end.
            case AttachOutcome.LetGo: stick.Tries.Failed(state.Now, "let go"); break;
            // Its server has not touched it; or it is remembered as rejected, and not tried for that.
            case AttachOutcome.NotGiven or AttachOutcome.Refused: stick.Tries.Failed(state.Now, cause: null); break;
            case AttachOutcome.Unreachable: stick.Tries.NotReached(state.Now); break;
            case AttachOutcome.Failed failed: stick.Tries.Failed(state.Now, failed.Reason); break;
        }
    }

    /// <summary>Why it came to nothing, for a person.</summary>
    public static string Reason(AttachOutcome outcome) => outcome switch
    {
        AttachOutcome.Failed failed => failed.Reason,
        AttachOutcome.NotGiven notGiven => NotGivenText.Of(notGiven.Status),
        _ => "no reason given",
    };
}
