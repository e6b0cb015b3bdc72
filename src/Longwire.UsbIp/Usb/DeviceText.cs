using System.Globalization;
using System.Text;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// A device's own texts, made fit for logs, topics and file names. Whoever reads a text from sysfs and whoever reads it from the device
/// both pass it through here, so that the two can be compared.
/// </summary>
public static class DeviceText
{
    /// <summary>
    /// Without control and format characters (line breaks, escapes, text direction), without halves of surrogate pairs (which the kernel
    /// drops too), without white space around it; null where nothing is left.
    /// </summary>
    public static string? Clean(string? text)
    {
        if (text is null) return null;
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                i++;
                continue;
            }
            i += rune.Utf16SequenceLength;
            if (IsShown(rune)) clean.Append(rune.ToString());
        }
        string result = clean.ToString().Trim();
        return result.Length == 0 ? null : result;
    }

    /// <summary>Neither a control nor a format character, nor one that breaks a line.</summary>
    internal static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
