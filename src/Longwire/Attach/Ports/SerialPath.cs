namespace Longwire.Attach.Ports;

/// <summary>The name of one tty.</summary>
/// <param name="Path">The name to be given to people.</param>
/// <param name="ByPath">Its link by where it sits, which no other device shares; null where there is none.</param>
/// <param name="Stays">It will not change by itself.</param>
/// <param name="HasTwin">Another device claims the same by-id name.</param>
/// <param name="MayHaveTwin">That, or it is not known yet whether another one does.</param>
internal sealed record SerialPath(string Path, string? ByPath, bool Stays, bool HasTwin, bool MayHaveTwin)
{
    /// <summary>It may lead to the twin.</summary>
    public bool IsShared { get; private init; }

    /// <param name="told">What was said before.</param>
    public SerialPath After(SerialPath told)
    {
        bool keeps = told.Stays && (MayHaveTwin || told.Path == ByPath);
        return keeps ? this with { Path = told.Path, Stays = true, IsShared = HasTwin && told.Path != ByPath } : this;
    }
}
