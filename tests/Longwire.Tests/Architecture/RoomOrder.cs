namespace Longwire.Tests.Architecture;

/// <summary>
/// The order of the rooms as docs/architecture.md has it: lines from the ground up, in each <c>&lt;</c> from below to above.
/// </summary>
internal static class RoomOrder
{
    /// <summary>By line, and by the place in it; rooms with a comma between them have one place.</summary>
    public static IReadOnlyDictionary<string, (int Line, int Step)> Heights { get; } = new Dictionary<string, (int Line, int Step)>(
        from line in ArchitecturePage.Block("order").Split('\n', StringSplitOptions.RemoveEmptyEntries).Index()
        from step in line.Item.Split('<').Index()
        from room in step.Item.Split(',', StringSplitOptions.TrimEntries)
        select KeyValuePair.Create(room, (line.Index, step.Index)));

    public static bool MayImport(string room, string other) => Heights[other].CompareTo(Heights[room]) < 0;
}
