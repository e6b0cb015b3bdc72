using System.Text.Json.Serialization;
using Longwire.Platform;

namespace Longwire.Attach.Memory;

/// <param name="Starts">The last one given.</param>
internal sealed record StartsFile(int Format, long Starts)
{
    public const int CurrentFormat = 1;
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StartsFile))]
internal sealed partial class StartsJson : JsonSerializerContext;

/// <summary>
/// link-starts.json: a number that rises with each start of attach, so that a Pi can tell which of two runs with one key came later. It
/// never falls behind the clock: a start whose number could not be kept, or a file that was lost or came back with an old backup, gives a
/// number below one that the Pi has seen, and the Pi would refuse this host from then on.
/// </summary>
internal static class StartCounter
{
    private const string Name = "link-starts.json";

    /// <summary>The number of this start. It is on the disk when this returns, unless there is a problem.</summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public static ulong Next(string dataFolder, TimeProvider time, out string? problem)
    {
        var store = new JsonStore<StartsFile>(
            Path.Combine(dataFolder, Name), StartsJson.Default.StartsFile, FaultOf, isReplaceable: true);
        JsonReading<StartsFile> reading = store.Load();
        long next = Math.Max((reading.Value?.Starts ?? 0) + 1, time.GetUtcNow().ToUnixTimeSeconds());
        problem = reading.Problem == JsonProblem.None
            ? null
            : $"{store.Path} cannot be understood ({reading.Reason}); the clock counts the starts instead. {reading.Kept}".TrimEnd();
        try
        {
            store.Save(new StartsFile(StartsFile.CurrentFormat, next));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{store.Path} cannot be written ({e.Message}); the clock counts the starts meanwhile. Free some space or make the "
                + "folder writable.";
        }
        return (ulong)next;
    }

    // Far enough from the end that it can go on for ever.
    private static string? FaultOf(StartsFile? file) => file is null
        ? "is empty"
        : JsonFormat.FaultOf(file.Format, StartsFile.CurrentFormat)
            ?? (file.Starts is < 0 or > long.MaxValue / 2 ? "has a number that none can be" : null);
}
