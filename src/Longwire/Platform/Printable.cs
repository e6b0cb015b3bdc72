using System.Text;
using Longwire.State;

namespace Longwire.Platform;

/// <summary>What others sent us, made fit for one line of a log.</summary>
internal static class Printable
{
    public static string Of(ReadOnlySpan<byte> utf8, int longest) =>
        Of(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * longest)]), longest);

    public static string Of(string text, int longest)
    {
        string clipped = StateText.Clip(text, longest);
        return string.Create(clipped.Length, clipped, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029'
                ? '?'
                : source[i];
        });
    }
}
