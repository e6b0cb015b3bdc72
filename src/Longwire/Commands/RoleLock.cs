namespace Longwire.Commands;

/// <summary>One process per role and data folder: two would take each other's sticks or ports for leftovers of a crash.</summary>
internal static class RoleLock
{
    public const string Attach = "attach";
    public const string Export = "export";

    /// <summary>Null: the sentence is said, and the role must not start.</summary>
    public static async Task<IDisposable?> TakeAsync(string role, string folder, TextWriter error)
    {
        try
        {
            IDisposable? exclusive = DataFolder.TryLock(folder, role);
            if (exclusive is null) await error.WriteLineAsync($"Another longwire {role} uses {folder}. Stop it, or give this one a folder of its own with --data.");
            return exclusive;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written costs the memory, never the radios; whoever remembers says so.
            return new MemoryStream();
        }
    }
}
