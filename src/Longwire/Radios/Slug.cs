using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Longwire.Radios;

/// <summary>Names fit for topics, unique ids and file names: <c>[a-zA-Z0-9_-]</c>.</summary>
internal static class Slug
{
    private const int LongestText = 48;

    /// <summary>
    /// <paramref name="text"/> itself if it is one already; else its legible part and six hex digits of its SHA-256, so that
    /// two texts do not meet in one slug merely because their differences were not allowed.
    /// </summary>
    public static string Of(string text)
    {
        if (text.Length is > 0 and <= LongestText && text.All(IsAllowed)) return text;
        var slug = new StringBuilder(LongestText + 7);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, LongestText))) slug.Append(IsAllowed(c) ? c : '_');
        // Over the UTF-16 itself: an encoder would turn every lone surrogate into the same U+FFFD.
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())))[..6];
        return slug.Append('_').Append(hash).ToString();
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
