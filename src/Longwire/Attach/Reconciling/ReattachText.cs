using Longwire.Link.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>What was done when a person had a radio attached afresh, as its event and the log say it.</summary>
internal static class ReattachText
{
    public const string Plain = "reattached: it was detached and attached again";

    /// <summary>It was not attached.</summary>
    public const string TriedAtOnce = "reattached: it was tried at once";

    /// <summary>What the Pi was asked, or why it was not; no answer was heard.</summary>
    public static string Of(string plain, ResetStep step, ResetAsking asking) => asking switch
    {
        ResetAsking.Asked => $"{plain}; its Pi did not say in time whether it {Done(step)}",
        ResetAsking.NotPaired =>
            $"{plain}, and of a Pi that is not paired no more can be asked: unplug the stick there and plug it in again",
        ResetAsking.Older =>
            $"{plain}; the Longwire on its Pi is older and can do no more: update it, or unplug the stick and plug it in again",
        ResetAsking.NotListed => $"{plain}; its Pi could do no more, for it lists no such stick: see that it is plugged in there",
        ResetAsking.Busy => $"{plain}; its Pi is asked for too much already to do more: press it again in a minute",
        ResetAsking.Unusable => $"{plain}; its Pi cannot be asked to do more before its entry in the options is put right",
        _ => $"{plain}; its Pi is away, and could not be asked to do more",
    };

    public static string Of(string plain, ResetStep step, ResetOutcome outcome) => outcome switch
    {
        ResetOutcome.Done => $"reattached: its Pi {Done(step)}",
        ResetOutcome.InUse => $"{plain}; its Pi did no more, for another host has the stick",
        ResetOutcome.Gone => $"{plain}; its Pi did no more, for the stick is not plugged in there",
        ResetOutcome.Failed => $"{plain}; its Pi tried to do more and could not: the log of the export there says why",
        _ => $"{plain}; its Pi did no more, for the export there does not serve the stick now: its log says why",
    };

    private static string Done(ResetStep step) => step == ResetStep.Reauthorize
        ? "took the stick's authorization away and gave it back"
        : "unbound the stick and bound it again";
}
