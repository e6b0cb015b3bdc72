using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>What all fields of the protocol share: how a cut field is reported and what a text may hold.</summary>
internal static class WireFormat
{
    public static void RequireLength(ReadOnlySpan<byte> bytes, int length, string what)
    {
        if (bytes.Length < length) ThrowShort(bytes.Length, length, what);
    }

    /// <summary>A text that ends with a zero inside its field. What follows the zero has no meaning and is not looked at.</summary>
    public static string ReadText(ReadOnlySpan<byte> field, string name)
    {
        int end = field.IndexOf((byte)0);
        if (end < 0) throw new UsbIpFormatException($"{name} has no closing zero within its {Number(field.Length)} bytes");
        ReadOnlySpan<byte> text = field[..end];
        // A control character would reach terminals and logs.
        int bad = text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e);
        if (bad >= 0)
        {
            throw new UsbIpFormatException(string.Create(
                CultureInfo.InvariantCulture, $"{name} holds the byte 0x{text[bad]:x2} at offset {bad}, which is not printable ASCII"));
        }
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Writes a text, its closing zero and zeros up to the end of the field.</summary>
    public static void WriteText(Span<byte> field, string text, string name)
    {
        if (text.Length >= field.Length)
            throw new ArgumentException($"{name} '{text}' does not fit its {Number(field.Length)} bytes with a closing zero", name);
        int bad = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad >= 0) throw new ArgumentException($"{name} holds a character that is not printable ASCII at offset {Number(bad)}", name);
        field.Clear();
        Encoding.ASCII.GetBytes(text, field);
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Apart, so that the check itself is inlined.
    [DoesNotReturn]
    private static void ThrowShort(int length, int needed, string what) =>
        throw new UsbIpFormatException($"{what} needs {Number(needed)} bytes and has {Number(length)}");
}
