using Longwire.Platform;

namespace Longwire.Attach.Reconciling;

/// <summary>Several radios in one sentence.</summary>
internal static class RadioNames
{
    private const int MostNamed = 4;
    private const int LongestName = 40;

    /// <param name="radios">One at least.</param>
    public static string Of(IReadOnlyCollection<RadioState> radios)
    {
        string[] names = [.. radios.Take(MostNamed).Select(radio => Printable.Clip(radio.Memory.Name, LongestName))];
        if (names is [var only]) return only;
        return radios.Count > MostNamed
            ? $"{string.Join(", ", names)} and {radios.Count - MostNamed} more"
            : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
