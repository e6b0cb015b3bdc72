namespace Longwire.Doctor;

/// <summary>How much a finding matters. The names are part of the contract of <c>--json</c>.</summary>
internal enum FindingLevel
{
    Ok,

    /// <summary>Worth knowing; nothing has to be done.</summary>
    Note,

    /// <summary>It keeps a radio away, or will.</summary>
    Problem,

    /// <summary>It cannot be seen from here; the remedy says where it can.</summary>
    Unknown,
}
