using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Doctor;
using Longwire.Platform;

namespace Longwire.Commands;

/// <summary><c>longwire doctor --json</c>. Part of the contract, as its <see cref="FindingJson"/> is.</summary>
internal sealed record DoctorJson
{
    /// <summary>The release that looked.</summary>
    public required string Version { get; init; }
    public required IReadOnlyList<FindingJson> Findings { get; init; }

    public static void Write(TextWriter output, IReadOnlyList<Finding> findings)
    {
        var json = new DoctorJson { Version = ProgramVersion.Text, Findings = [.. findings.Select(FindingJson.Of)] };
        output.WriteLine(JsonSerializer.Serialize(json, DoctorJsonContext.Default.DoctorJson));
    }
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DoctorJson))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
