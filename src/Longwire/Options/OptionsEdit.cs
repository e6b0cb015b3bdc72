namespace Longwire.Options;

/// <summary>What came of an attempt to put something into the options.</summary>
internal abstract record OptionsEdit
{
    /// <summary>It stands there, and is in force.</summary>
    internal sealed record Done : OptionsEdit;

    /// <summary>It stands there, and is not in force yet, for whatever reason.</summary>
    internal sealed record Written : OptionsEdit;

    /// <summary>The file is a person's own: these are the lines for it.</summary>
    /// <param name="Place">The file.</param>
    /// <param name="AtTop">Before what is in that list: of two entries that match a radio, the first counts.</param>
    internal sealed record ToPaste(string Place, string Lines, bool AtTop) : OptionsEdit
    {
        // A line may hold a pairing code.
        public override string ToString() => $"lines for {Place}";
    }

    /// <summary>Nothing was written: the entry is at fault.</summary>
    internal sealed record Refused(string Why) : OptionsEdit;

    /// <summary>Nothing was written: somebody else has changed the options meanwhile.</summary>
    internal sealed record Changed : OptionsEdit;

    /// <summary>It could not be written, or nobody knows whether it was: <paramref name="Why"/> says which.</summary>
    internal sealed record Failed(string Why) : OptionsEdit;
}
