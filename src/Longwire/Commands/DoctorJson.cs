using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Doctor;
using Longwire.Platform;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire doctor --json</c>. Part of the contract: every key always there, null if there is nothing to say; keys are added, never
/// renamed.
/// </summary>
internal sealed record DoctorJson
{
    /// <summary>The release that looked.</summary>
    public required string Version { get; init; }
    public required IReadOnlyList<FindingJson> Findings { get; init; }

    public static void Write(TextWriter output, IReadOnlyList<Finding> findings)
    {
        var json = new DoctorJson { Version = ProgramVersion.Text, Findings = [.. findings.Select(From)] };
        output.WriteLine(JsonSerializer.Serialize(json, DoctorJsonContext.Default.DoctorJson));
    }

    private static FindingJson From(Finding finding) => new()
    {
        Id = finding.Id,
        Subject = finding.Subject,
        Level = finding.Level.Name(),
        Checked = finding.Checked,
        Found = finding.Found,
        Remedy = finding.Remedy,
    };

    internal sealed record FindingJson
    {
        /// <summary>What was checked; with <see cref="Subject"/> the same thing at every run.</summary>
        public required string Id { get; init; }
        public required string? Subject { get; init; }

        /// <summary>ok, note, problem or unknown.</summary>
        public required string Level { get; init; }
        public required string Checked { get; init; }
        public required string Found { get; init; }
        public required string? Remedy { get; init; }
    }
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DoctorJson))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
