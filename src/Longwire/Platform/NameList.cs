namespace Longwire.Platform;

/// <summary>Several names in one sentence.</summary>
internal static class NameList
{
    /// <param name="names">One at least.</param>
    /// <param name="most">So many are named; of the rest is said how many they are.</param>
    public static string Of(IReadOnlyList<string> names, int most)
    {
        if (names.Count == 1) return names[0];
        return names.Count > most
            ? $"{string.Join(", ", names.Take(most))} and {names.Count - most} more"
            : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
    }
}
