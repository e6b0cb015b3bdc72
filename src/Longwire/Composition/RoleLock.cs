namespace Longwire.Composition;

/// <summary>
/// One process per role and data folder: two would take each other's sticks or ports for leftovers of a crash. And one attach per
/// machine, whatever its folder: vhci is there once, each would take the other's devices for a stranger's and hand them to drivers
/// unseen, and each would put authorized_default back to the 0 that it found of the other.
/// </summary>
internal static class RoleLock
{
    public const string Attach = "attach";
    public const string Export = "export";

    /// <summary>
    /// For what is true until the machine stops. A container has one of its own unless it is given the machine's, so two containers, or a
    /// container and the machine, do not see each other here.
    /// </summary>
    public const string RunFolder = "/run/longwire";

    /// <summary>Null: the sentence is said, and the role must not start.</summary>
    public static Task<IDisposable?> TakeExportAsync(string folder, TextWriter error) =>
        TakeAsync(
            Export, folder, $"Another longwire export uses {folder}. Stop it, or give this one a folder of its own with --data.", error);

    /// <inheritdoc cref="TakeExportAsync"/>
    public static async Task<IDisposable?> TakeAttachAsync(string folder, string runFolder, TextWriter error)
    {
        IDisposable? machine = await TakeAsync(
            Attach, runFolder,
            "Another longwire attach runs on this machine. Stop it first: the kernel's vhci_hcd is there once, and one attach looks after "
                + "all Pis.", error);
        if (machine is null) return null;
        IDisposable? memory = await TakeAsync(Attach, folder, $"Another longwire attach uses {folder}. Stop it first.", error);
        if (memory is not null) return new Both(machine, memory);
        machine.Dispose();
        return null;
    }

    private static async Task<IDisposable?> TakeAsync(string role, string folder, string taken, TextWriter error)
    {
        try
        {
            IDisposable? exclusive = DataFolder.TryLock(folder, role);
            if (exclusive is null) await error.WriteLineAsync(taken);
            return exclusive;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written costs the memory, never the radios; whoever remembers says so.
            return new MemoryStream();
        }
    }

    private sealed class Both(IDisposable machine, IDisposable memory) : IDisposable
    {
        public void Dispose()
        {
            memory.Dispose();
            machine.Dispose();
        }
    }
}
