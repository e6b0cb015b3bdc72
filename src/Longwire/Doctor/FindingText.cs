using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>A text for a person: one line, of bounded length, with a full stop. A part of it may come from a peer.</summary>
internal static class FindingText
{
    public const int Longest = 299;

    public static string Of(string text)
    {
        string line = Printable.Of(text).Trim();
        string clipped = Printable.Clip(line, Longest - 1);
        return clipped.EndsWith('.') ? clipped : clipped + '.';
    }

    /// <summary>Two sentences from one text of the form "what is wrong: what to do", or "What is wrong. Remedy: what to do".</summary>
    public static (string Found, string Remedy) Split(string text)
    {
        const string Otherwise = "See the log of Longwire, which says more";
        const string Mark = " Remedy: ";
        int mark = text.IndexOf(Mark, StringComparison.Ordinal);
        if (mark >= 0) return (Clause.Capital(text[..mark]), Clause.Capital(text[(mark + Mark.Length)..]));
        int colon = text.IndexOf(": ", StringComparison.Ordinal), stop = text.IndexOf(". ", StringComparison.Ordinal);
        int at = stop >= 0 && (colon < 0 || stop < colon) ? stop : colon;
        return at < 0 ? (Clause.Capital(text), Otherwise) : (Clause.Capital(text[..at]), Clause.Capital(text[(at + 2)..]));
    }
}
