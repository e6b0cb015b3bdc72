namespace Longwire.Platform;

/// <summary>A clause that somebody reports, made a sentence of its own.</summary>
internal static class Clause
{
    public static string Capital(string clause) => clause.Length == 0 ? clause : char.ToUpperInvariant(clause[0]) + clause[1..];

    /// <summary>With one full stop; nothing stays nothing.</summary>
    public static string Sentence(string clause) => clause.Length == 0 ? clause : $"{Capital(clause).TrimEnd('.')}.";
}
