namespace Longwire.Link.Wire;

/// <summary>What a connection is for. A number without a name here comes from a later minor, and the server refuses it.</summary>
public enum HelloPurpose : byte
{
    None = 0,

    /// <summary>News of what is there. Nothing is kept for replay, so the fields of the session have no meaning.</summary>
    Control = 1,

    /// <summary>The messages of one session.</summary>
    Session = 2,
}
