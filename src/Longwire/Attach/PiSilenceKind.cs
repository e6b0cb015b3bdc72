namespace Longwire.Attach;

/// <summary>In which way a Pi gave no list.</summary>
internal enum PiSilenceKind
{
    /// <summary>Nothing of it was heard, or the connection was lost before the answer was whole.</summary>
    NoAnswer,

    /// <summary>It closed the connection without an answer, as servers do with an address that they do not allow.</summary>
    TurnedAway,

    /// <summary>It answered that it gives none.</summary>
    Refused,

    /// <summary>It answered in a form that is not USB/IP's.</summary>
    NotUnderstood,
}
