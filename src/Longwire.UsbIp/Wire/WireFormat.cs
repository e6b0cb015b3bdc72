using System.Globalization;
using System.Text;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>What all texts of the protocol share: how they are padded, and what they may hold.</summary>
internal static class WireFormat
{
    /// <summary>A text that ends with a zero inside its field. What follows the zero has no meaning and is not looked at.</summary>
    public static string ReadText(ReadOnlySpan<byte> field, string name)
    {
        int end = field.IndexOf((byte)0);
        if (end < 0) throw new UsbIpFormatException($"{name} has no closing zero within its {FieldFormat.Number(field.Length)} bytes");
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
            throw new ArgumentException(
                $"{name} '{text}' does not fit its {FieldFormat.Number(field.Length)} bytes with a closing zero", name);
        int bad = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad >= 0)
        {
            throw new ArgumentException($"{name} holds a character that is not printable ASCII at offset {FieldFormat.Number(bad)}", name);
        }
        field.Clear();
        Encoding.ASCII.GetBytes(text, field);
    }
}
