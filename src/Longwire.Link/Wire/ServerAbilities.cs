namespace Longwire.Link.Wire;

/// <summary>What a server does beyond what every one of its major does. Bits without a name here come from a later minor.</summary>
[Flags]
public enum ServerAbilities
{
    None = 0,

    /// <summary>It takes a <see cref="ResetFrame"/> over a control connection, and answers it.</summary>
    Resets = 1,
}
