using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Serialization;
using Longwire.Platform;

namespace Longwire.Attach.Memory;

/// <summary>Where paired Pis are, as it stands in link-addresses.json in the data folder.</summary>
/// <param name="Pis">Those that were heard last are the last.</param>
internal sealed record AddressMemory(int Format, ImmutableArray<PiAddressMemory> Pis)
{
    public const int CurrentFormat = 1;
}

/// <param name="Id">As in the options.</param>
/// <param name="Key">The beginning of its pin: another Pi of the same name is not where this one was.</param>
/// <param name="Addresses">With ports; where it was last first, then where it has said that it is.</param>
internal sealed record PiAddressMemory(string Id, string Key, ImmutableArray<string> Addresses);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AddressMemory))]
internal sealed partial class AddressMemoryJson : JsonSerializerContext;

/// <summary>
/// link-addresses.json. All in it is soon known again, so whatever is wrong with it costs nothing but that a Pi that has moved is not found
/// sooner than without it.
/// </summary>
internal sealed class AddressFile(string dataFolder)
{
    private const int LongestShown = 60;

    private readonly JsonStore<AddressMemory> _store = new(
        System.IO.Path.Combine(dataFolder, "link-addresses.json"), AddressMemoryJson.Default.AddressMemory, FaultOf, isReplaceable: true);

    public string Path => _store.Path;

    /// <param name="problem">A sentence for a person, or null.</param>
    public AddressMemory? Load(out string? problem)
    {
        JsonReading<AddressMemory> reading = _store.Load();
        problem = reading.Problem == JsonProblem.None
            ? null
            : $"{Path} cannot be understood ({reading.Reason}); paired Pis are looked for where the options say. {reading.Kept}".TrimEnd();
        return reading.Value;
    }

    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public void Save(AddressMemory memory) => _store.Save(memory);

    /// <summary>An address with its port, exactly as it is written; null: it is none.</summary>
    public static IPEndPoint? Parse(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? point) && point.Port != 0 && point.ToString() == text ? point : null;

    private static string? FaultOf(AddressMemory? memory)
    {
        if (memory is null or { Pis.IsDefault: true }) return "is empty";
        if (JsonFormat.FaultOf(memory.Format, AddressMemory.CurrentFormat) is { } other) return other;
        foreach (PiAddressMemory? pi in memory.Pis)
        {
            if (pi is null or { Id: null } or { Key: null } or { Addresses.IsDefault: true }) return "has an entry that is no Pi";
            foreach (string? text in pi.Addresses)
            {
                if (text is null || Parse(text) is null)
                    return $"has the address '{Printable.Of(text ?? "null", LongestShown)}', which is not like 192.168.0.10:3241";
            }
        }
        return null;
    }
}
