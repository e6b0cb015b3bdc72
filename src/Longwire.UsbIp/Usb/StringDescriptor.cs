using System.Buffers.Binary;
using System.Text;

namespace Longwire.UsbIp.Usb;

/// <summary>String descriptors (USB 2.0, 9.6.7): a list of languages at index 0, UTF-16LE texts at the others.</summary>
public static class StringDescriptor
{
    /// <summary>The longest there is: its length is one byte.</summary>
    public const int MaxSize = 255;

    /// <summary>English (United States): what the kernel asks for when a device names no language (drivers/usb/core/message.c).</summary>
    public const ushort DefaultLangId = 0x0409;

    /// <summary>
    /// Whether the kernel takes an answer for a string (usb_string_sub); an empty one is one, too. What is none is a text that could not
    /// be read, which is not the same as no text.
    /// </summary>
    public static bool IsString(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 2 && bytes[0] >= 2 && bytes[1] == DescriptorType.String;

    /// <summary>The first language of string 0, or <see cref="DefaultLangId"/> where it is too short to name one.</summary>
    public static ushort ParseLangId(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 && bytes[0] >= 4 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) : DefaultLangId;

    /// <summary>
    /// The text of a string descriptor as <see cref="DeviceText"/> shows it; null where nothing is left of it. The kernel's leniency is
    /// ours, because the two texts are compared: what is not a string descriptor is no text rather than an error (usb_get_string), a length
    /// that promises more than there is and an odd last byte are cut off (usb_string_sub).
    /// </summary>
    public static string? ParseText(ReadOnlySpan<byte> bytes)
    {
        if (!IsString(bytes)) return null;
        ReadOnlySpan<byte> units = bytes[2..Math.Min(bytes[0], bytes.Length)];
        var text = new StringBuilder(units.Length / 2);
        for (; units.Length >= 2; units = units[2..])
        {
            char unit = (char)BinaryPrimitives.ReadUInt16LittleEndian(units);
            // The kernel ends the text here (utf16s_to_utf8s), and ours must equal what it shows in sysfs.
            if (unit == 0) break;
            text.Append(unit);
        }
        return DeviceText.Clean(text.ToString());
    }
}
