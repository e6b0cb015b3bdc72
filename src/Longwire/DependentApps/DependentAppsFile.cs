using System.Text.Json;
using Longwire.Platform;

namespace Longwire.DependentApps;

/// <summary>consumers.json: read once at start, replaced as a whole at each write.</summary>
internal sealed class DependentAppsFile
{
    private readonly UnreadableFileCopy _old;

    public DependentAppsFile(string dataFolder)
    {
        Path = System.IO.Path.Combine(dataFolder, "consumers.json");
        _old = new UnreadableFileCopy(Path);
    }

    public string Path { get; }

    /// <summary>
    /// Null if there is none yet, or none that can be understood: that one is kept beside the new one under another name.
    /// </summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public DependentAppsMemory? Load(out string? problem)
    {
        problem = null;
        string fault;
        try
        {
            DependentAppsMemory? memory = JsonSerializer.Deserialize(
                File.ReadAllBytes(Path), DependentAppsJson.Default.DependentAppsMemory);
            if (memory is not null && IsSound(memory)) return memory;
            fault = memory is { Format: not DependentAppsMemory.CurrentFormat }
                ? $"it has format {memory.Format}, this release knows {DependentAppsMemory.CurrentFormat}"
                : "it is not what this release writes";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            fault = e.Message.TrimEnd('.');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _old.CannotBeRead();
            problem = Problem(e.Message.TrimEnd('.'), "Nothing is written over it, until the next start.");
            return null;
        }
        problem = Problem(fault, _old.Keep());
        return null;
    }

    /// <summary>Replaces the file as a whole.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Save(DependentAppsMemory memory)
    {
        _old.MakeWay();
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(memory, DependentAppsJson.Default.DependentAppsMemory));
    }

    private string Problem(string fault, string whatBecameOfIt) =>
        $"{Path} cannot be read ({fault}). {whatBecameOfIt} Which apps ran when their radio was lost is not known: start those that "
            + "should run by hand, this once.";

    // Valid JSON is not enough: what the rest of the program relies on must hold.
    private static bool IsSound(DependentAppsMemory memory) =>
        memory.Format == DependentAppsMemory.CurrentFormat
        && !memory.Apps.IsDefault
        && memory.Apps.All(
            app => app is { Radios.IsDefault: false, Restarts.IsDefault: false } && app.Radios.All(radio => radio is { Id: not null }));
}
