using System.Globalization;
using System.Text;

namespace Longwire.Link.Pairing;

/// <summary>A text for people that a peer chose, made fit for logs, pages and files.</summary>
public static class PeerName
{
    /// <summary>In UTF-16 units, as <see cref="string.Length"/> counts.</summary>
    public const int MaxLength = 64;

    /// <summary>
    /// Without control and format characters (line breaks, escapes, text direction), without halves of surrogate pairs, without white space
    /// around it, and no longer than <see cref="MaxLength"/>; null where nothing is left.
    /// </summary>
    public static string? Clean(string? text)
    {
        if (text is null) return null;
        var clean = new StringBuilder(MaxLength);
        for (int at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                at++;
                continue;
            }
            at += rune.Utf16SequenceLength;
            if (!IsShown(rune) || (clean.Length == 0 && Rune.IsWhiteSpace(rune))) continue;
            if (clean.Length + rune.Utf16SequenceLength > MaxLength) break;
            clean.Append(rune.ToString());
        }
        string result = clean.ToString().TrimEnd();
        return result.Length == 0 ? null : result;
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
