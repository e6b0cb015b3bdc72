using System.Globalization;
using Longwire.Link.Pairing;

namespace Longwire.Options;

/// <summary>What is wrong with a pairing code, and what to do; nothing of the code itself.</summary>
internal static class PairingFaultText
{
    private const string CopyAgain = "copy the whole line once more that 'longwire pair' prints on the Pi";

    /// <param name="at">Which character it is, for <see cref="PairingFault.OddCharacter"/>.</param>
    public static string Of(PairingFault fault, int at) => fault switch
    {
        PairingFault.NotACode => $"this is no pairing code, which begins with LW1-; {CopyAgain}",
        PairingFault.LaterVersion => "this pairing code was made by a later release than this one; update Longwire on this side",
        PairingFault.OddCharacter => string.Create(
            CultureInfo.InvariantCulture, $"no pairing code has what stands in place {at} of this one; {CopyAgain}"),
        PairingFault.Typo => $"this pairing code has a typo: a character is wrong, missing or too many; {CopyAgain}",
        PairingFault.OddContent => "this pairing code was not made by Longwire, or not for this; print another with 'longwire pair "
            + "--new-token' on the Pi",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
