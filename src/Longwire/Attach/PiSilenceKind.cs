namespace Longwire.Attach;

/// <summary>In which way a Pi gave no list.</summary>
internal enum PiSilenceKind
{
    /// <summary>Nothing of it was heard, or the connection was lost before the answer was whole.</summary>
    NoAnswer,

    /// <summary>
    /// It closed the connection without an answer. Servers do so with an address that they do not allow, and where they have no place; so
    /// does one that crashes, and an SSH or Docker forward behind which nothing serves.
    /// </summary>
    ClosedUnanswered,

    /// <summary>It answered that it gives none.</summary>
    Refused,

    /// <summary>It answered in a form that is not USB/IP's.</summary>
    NotUnderstood,

    /// <summary>It, or whoever answers in its place, does not let us in over the link. The reason says all there is to say.</summary>
    NotLetIn,
}
