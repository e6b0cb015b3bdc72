namespace Longwire.State;

/// <summary>Text that becomes a state in Home Assistant, which refuses a longer one and shows "unknown".</summary>
internal static class StateText
{
    public const int Longest = 255;

    public static string? Clip(string? text) => text is null ? null : Clip(text, Longest);

    public static string Clip(string text, int longest)
    {
        if (text.Length <= longest) return text;
        int end = longest - 1;
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
