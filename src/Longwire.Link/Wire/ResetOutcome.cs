namespace Longwire.Link.Wire;

/// <summary>What became of a <see cref="ResetFrame"/>. A number without a name here comes from a later minor: it was not done.</summary>
public enum ResetOutcome : byte
{
    None = 0,

    /// <summary>It was set anew.</summary>
    Done = 1,

    /// <summary>Another key has it, or a later run of the same key.</summary>
    InUse = 2,

    /// <summary>Nothing of the subject's name is there, or not any more.</summary>
    Gone = 3,

    /// <summary>It is there, and the server does not carry it now, or does not know the step.</summary>
    NotServed = 4,

    /// <summary>The server's kernel refused it.</summary>
    Failed = 5,
}
