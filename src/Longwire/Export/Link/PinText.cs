using System.Diagnostics.CodeAnalysis;
using Longwire.Link.Pairing;

namespace Longwire.Export.Link;

/// <summary>A key's pin in full, as the file has it: 64 hexadecimal digits. People see the first 16.</summary>
internal static class PinText
{
    /// <summary>How many a person sees.</summary>
    public const int ShownDigits = 16;

    public static string Of(KeyPin pin)
    {
        Span<byte> bytes = stackalloc byte[KeyPin.Size];
        pin.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public static bool IsOne([NotNullWhen(true)] string? text) =>
        text is { Length: 2 * KeyPin.Size } && text.All(char.IsAsciiHexDigitLower);

    public static string Shown(string pin) => pin[..ShownDigits];
}
