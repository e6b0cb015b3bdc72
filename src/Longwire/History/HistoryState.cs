namespace Longwire.History;

/// <summary>How a radio was, in ascending order of what is told of a span in which it was more than one.</summary>
internal enum HistoryState : byte
{
    /// <summary>Longwire did not run, or did not know it yet.</summary>
    Unknown,
    Attached,
    Attaching,

    /// <summary>Because somebody asked for it.</summary>
    Detached,
    Held,

    /// <summary>It should have been attached and was not.</summary>
    Down,
}
