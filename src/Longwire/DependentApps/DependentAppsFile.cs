using Longwire.Platform;

namespace Longwire.DependentApps;

/// <summary>consumers.json.</summary>
internal sealed class DependentAppsFile(string dataFolder)
{
    private readonly JsonStore<DependentAppsMemory> _store = new(
        System.IO.Path.Combine(dataFolder, "consumers.json"), DependentAppsJson.Default.DependentAppsMemory, FaultOf);

    public string Path => _store.Path;

    /// <summary>
    /// Null if there is none yet, or none that can be understood: that one is kept beside the new one under another name.
    /// </summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public DependentAppsMemory? Load(out string? problem)
    {
        JsonReading<DependentAppsMemory> reading = _store.Load();
        problem = reading.Problem switch
        {
            JsonProblem.None => null,
            JsonProblem.Inaccessible => Problem(reading.Reason.TrimEnd('.'), "Nothing is written over it, until the next start."),
            _ => Problem(reading.Reason.TrimEnd('.'), reading.Kept),
        };
        return reading.Value;
    }

    /// <summary>Replaces the file as a whole.</summary>
    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    public void Save(DependentAppsMemory memory) => _store.Save(memory);

    private string Problem(string fault, string whatBecameOfIt) =>
        $"{Path} cannot be read ({fault}). {whatBecameOfIt} Which apps ran when their radio was lost is not known: start those that "
            + "should run by hand, this once.";

    private static string? FaultOf(DependentAppsMemory? memory)
    {
        if (memory is not null && JsonFormat.FaultOf(memory.Format, DependentAppsMemory.CurrentFormat) is { } other) return $"it {other}";
        bool isSound = memory is { Apps.IsDefault: false }
            && memory.Apps.All(
                app => app is { Radios.IsDefault: false, Restarts.IsDefault: false } && app.Radios.All(radio => radio is { Id: not null }));
        return isSound ? null : "it is not what this release writes";
    }
}
