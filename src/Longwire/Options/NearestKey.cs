namespace Longwire.Options;

/// <summary>The key that a misspelt one was probably meant to be.</summary>
internal static class NearestKey
{
    private const int LongestKey = 40;

    /// <summary>For example <c>did you mean 'address'?</c>, or all that is known where nothing is near.</summary>
    public static string Hint(string key, ReadOnlySpan<string> known)
    {
        string? nearest = Find(key, known);
        return nearest is not null ? $"did you mean '{nearest}'?" : $"known here: {string.Join(", ", known)}";
    }

    public static string? Find(string text, ReadOnlySpan<string> candidates)
    {
        if (text.Length > LongestKey) return null;
        string? nearest = null;
        // A third of the letters may be wrong, and at least one: beyond that a hint misleads.
        int best = Math.Max(1, text.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(Normal(text), Normal(candidate));
            if (distance >= best) continue;
            best = distance;
            nearest = candidate;
        }
        return nearest;
    }

    private static string Normal(string key) => key.Replace('-', '_').ToUpperInvariant();

    // Insertions, deletions and replacements (Levenshtein), in one row.
    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[LongestKey + 1];
        if (b.Length > LongestKey) return int.MaxValue;
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
