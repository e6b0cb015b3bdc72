using System.Globalization;
using System.Text;

namespace Longwire.Platform;

/// <summary>
/// A text that somebody else chose (a broker, a Pi, a stick, the Supervisor, a person), made fit for one line: of a log, a table, a page,
/// a problem. The one place that says what fits, and how what is too long is cut.
/// </summary>
internal static class Printable
{
    private const char Replacement = '?';

    public static string Of(ReadOnlySpan<byte> utf8, int longest) =>
        Of(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * longest)]), longest);

    public static string Of(string text, int longest) => Of(Clip(text, longest));

    public static string Of(string text) => Of(text, Replacement);

    /// <param name="replacement">Stands for each character that a line cannot show.</param>
    public static string Of(string text, char replacement) => string.Create(text.Length, (text, replacement), static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = Fits(source.text[i]) ? source.text[i] : source.replacement;
    });

    /// <summary>
    /// What nobody can see, for a person who looks for a mistake: a character without width, one that turns the direction of writing, a
    /// space that is none is written as <c>&lt;U+200B&gt;</c>.
    /// </summary>
    public static string Visible(string text)
    {
        if (!text.Any(IsUnseen)) return text;
        var visible = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (IsUnseen(c)) visible.Append(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>");
            else visible.Append(c);
        }
        return visible.ToString();
    }

    /// <summary>False for what breaks the line or begins an escape sequence of a terminal.</summary>
    public static bool Fits(char c) => !char.IsControl(c) && c is not ('\u2028' or '\u2029');

    // Beside the formats, what Unicode lists as drawn with nothing: the joiner, Hangul's fillers, the selectors of a variant.
    private static bool IsUnseen(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Format
        || (c != ' ' && char.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator)
        || c is '\u034F' or '\u115F' or '\u1160' or '\u3164' or '\uFFA0' or (>= '\uFE00' and <= '\uFE0F');

    /// <summary>Cut to a number of UTF-16 units, never in the middle of a character.</summary>
    public static string Clip(string text, int longest)
    {
        if (text.Length <= longest) return text;
        int end = longest - 1;
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
