using Longwire.Platform;

namespace Longwire.State;

/// <summary>Text that becomes a state in Home Assistant, which refuses a longer one and shows "unknown".</summary>
internal static class StateText
{
    public const int Longest = 255;

    public static string? Clip(string? text) => text is null ? null : Printable.Clip(text, Longest);
}
