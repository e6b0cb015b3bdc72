using System.Buffers;
using System.Globalization;
using System.Text;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

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
        for (int at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length) != OperationStatus.Done)
            {
                throw new UsbIpFormatException(string.Create(
                    CultureInfo.InvariantCulture, $"{name} holds the byte 0x{text[at]:x2} at offset {at}, which is not UTF-8"));
            }
            // A control character would reach terminals and logs.
            if (!DeviceText.IsShown(rune))
            {
                throw new UsbIpFormatException(string.Create(
                    CultureInfo.InvariantCulture, $"{name} holds the character U+{rune.Value:X4} at offset {at}, which is not printable"));
            }
            at += length;
        }
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>Writes a text, its closing zero and zeros up to the end of the field.</summary>
    public static void WriteText(Span<byte> field, string text, string name)
    {
        if (Encoding.UTF8.GetByteCount(text) >= field.Length)
            throw new ArgumentException(
                $"{name} '{text}' does not fit its {FieldFormat.Number(field.Length)} bytes with a closing zero", name);
        for (int at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out Rune rune) || !DeviceText.IsShown(rune))
                throw new ArgumentException($"{name} holds a character that is not printable at offset {FieldFormat.Number(at)}", name);
            at += rune.Utf16SequenceLength;
        }
        field.Clear();
        Encoding.UTF8.GetBytes(text, field);
    }
}
