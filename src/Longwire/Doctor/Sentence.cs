using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>A text for a person: one line, of bounded length, with a full stop. A part of it may come from a peer.</summary>
internal static class Sentence
{
    public const int Longest = 299;

    public static string Of(string text)
    {
        string line = Printable.Of(text).Trim();
        string clipped = Printable.Clip(line, Longest - 1);
        return clipped.EndsWith('.') ? clipped : clipped + '.';
    }

    /// <summary>What somebody else reports, as a sentence of its own.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>Two sentences from one text of the form "what is wrong: what to do", or "What is wrong. Remedy: what to do".</summary>
    /// <param name="otherwise">What to do where the text does not say.</param>
    public static (string Found, string Remedy) Split(string text, string otherwise)
    {
        const string Mark = " Remedy: ";
        int mark = text.IndexOf(Mark, StringComparison.Ordinal);
        if (mark >= 0) return (Capital(text[..mark]), Capital(text[(mark + Mark.Length)..]));
        int colon = text.IndexOf(": ", StringComparison.Ordinal), stop = text.IndexOf(". ", StringComparison.Ordinal);
        int at = stop >= 0 && (colon < 0 || stop < colon) ? stop : colon;
        return at < 0 ? (Capital(text), otherwise) : (Capital(text[..at]), Capital(text[(at + 2)..]));
    }
}
