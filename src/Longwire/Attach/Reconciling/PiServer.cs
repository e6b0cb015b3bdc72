namespace Longwire.Attach.Reconciling;

/// <summary>What serves a Pi's sticks: only a Longwire promises that its list omits what is in use, and says why.</summary>
internal enum PiServer
{
    /// <summary>Not heard to the end of a list yet.</summary>
    Unknown,

    /// <summary>Any other USB/IP server: its list ends with its last stick.</summary>
    Stock,
    Longwire,
}
