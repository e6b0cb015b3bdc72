using System.Diagnostics.CodeAnalysis;

namespace Longwire.Attach;

/// <summary>A carrier did not come about, or its stick did not speak, and that says more than that a step failed.</summary>
[SuppressMessage("Design", "CA1032", Justification = "A failure without its outcome is of no use to anybody.")]
internal sealed class CarrierException(AttachOutcome outcome, Exception cause) : IOException(cause.Message, cause)
{
    /// <summary>How the attempt ends.</summary>
    public AttachOutcome Outcome { get; } = outcome;
}
