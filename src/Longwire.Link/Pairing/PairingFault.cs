namespace Longwire.Link.Pairing;

/// <summary>What is wrong with the text of a pairing code.</summary>
public enum PairingFault
{
    None,

    /// <summary>It does not begin as a pairing code does.</summary>
    NotACode,

    /// <summary>It begins as that of a later release does.</summary>
    LaterVersion,

    /// <summary>A character that no code has.</summary>
    OddCharacter,

    /// <summary>Its check sum does not fit: a character is wrong, missing, too many, or two changed places.</summary>
    Typo,

    /// <summary>Its check sum fits, and yet it says nothing that we understand: it was not made by a Longwire.</summary>
    OddContent,
}
