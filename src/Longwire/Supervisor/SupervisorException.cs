using System.Diagnostics.CodeAnalysis;

namespace Longwire.Supervisor;

internal enum SupervisorFailure
{
    /// <summary>No answer in time, or one that says "not now": it starts, or Core behind it is down. Passes by itself.</summary>
    Away,

    /// <summary>We lack the right to ask this. Asking again does not help until the app is installed anew.</summary>
    Denied,

    /// <summary>It has understood, and says no.</summary>
    Declined,
}

/// <summary>
/// The Supervisor did not do as asked. The message is a clause for a person, without a full stop, and never holds a secret.
/// </summary>
[SuppressMessage("Design", "CA1064", Justification = "This program has no public API for it to leave by.")]
[SuppressMessage("Design", "CA1032", Justification = "A failure without its kind and sentence is of no use to anybody.")]
internal sealed class SupervisorException(SupervisorFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public SupervisorFailure Failure { get; } = failure;
}
