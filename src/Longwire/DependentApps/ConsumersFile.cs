using System.Text.Json;
using Longwire.Platform;

namespace Longwire.DependentApps;

/// <summary>consumers.json: read once at start, replaced as a whole at each write.</summary>
internal sealed class ConsumersFile
{
    private readonly KeptAside _old;

    public ConsumersFile(string dataFolder)
    {
        Path = System.IO.Path.Combine(dataFolder, "consumers.json");
        _old = new KeptAside(Path);
    }

    public string Path { get; }

    /// <summary>
    /// Null if there is none yet, or none that can be understood: that one is kept beside the new one under another name.
    /// </summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public ConsumersMemory? Load(out string? problem)
    {
        problem = null;
        string fault;
        try
        {
            ConsumersMemory? memory = JsonSerializer.Deserialize(File.ReadAllBytes(Path), ConsumersJson.Default.ConsumersMemory);
            if (memory is not null && IsSound(memory)) return memory;
            fault = memory is { Format: not ConsumersMemory.CurrentFormat }
                ? $"it has format {memory.Format}, this release knows {ConsumersMemory.CurrentFormat}"
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
    public void Save(ConsumersMemory memory)
    {
        _old.MakeWay();
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(memory, ConsumersJson.Default.ConsumersMemory));
    }

    private string Problem(string fault, string whatBecameOfIt) =>
        $"{Path} cannot be read ({fault}). {whatBecameOfIt} Which apps ran when their radio was lost is not known: start those that "
            + "should run by hand, this once.";

    // Valid JSON is not enough: what the rest of the program relies on must hold.
    private static bool IsSound(ConsumersMemory memory) =>
        memory.Format == ConsumersMemory.CurrentFormat
        && !memory.Apps.IsDefault
        && memory.Apps.All(
            app => app is { Radios.IsDefault: false, Restarts.IsDefault: false } && app.Radios.All(radio => radio is { Id: not null }));
}
