using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>
/// Lists compared by what they hold. A record compares an <see cref="ImmutableArray{T}"/> by reference, and then every reload
/// of the options would look like a change of everything.
/// </summary>
internal static class SequenceEquality
{
    public static bool Same<T>(ImmutableArray<T> left, ImmutableArray<T> right) => Items(left).SequenceEqual(Items(right));

    public static int HashOf<T>(ImmutableArray<T> items)
    {
        var hash = default(HashCode);
        foreach (T item in Items(items)) hash.Add(item);
        return hash.ToHashCode();
    }

    private static ReadOnlySpan<T> Items<T>(ImmutableArray<T> array) => array.AsSpan();
}
