using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary><c>GET health.json</c>. Every key always there, null if unknown; keys are added, never renamed.</summary>
internal sealed record HealthJson
{
    public required string Version { get; init; }
    public required IReadOnlyList<string> Problems { get; init; }
    public required IReadOnlyList<PiJson> Pis { get; init; }
    public required IReadOnlyList<RadioJson> Radios { get; init; }

    public static byte[] Write(Snapshot snapshot, string version) => JsonSerializer.SerializeToUtf8Bytes(
        new HealthJson
        {
            Version = version,
            Problems = snapshot.Bridge.Problems,
            Pis = [.. snapshot.Pis.Select(pi => new PiJson(pi.Id, pi.Name, pi.Address, pi.Reachable, pi.Version))],
            Radios = [.. snapshot.Radios.Select(radio => Of(radio, snapshot.Pis.FirstOrDefault(pi => pi.Id == radio.PiId)))],
        },
        HealthJsonContext.Default.HealthJson);

    private static RadioJson Of(RadioSnapshot radio, PiSnapshot? pi)
    {
        StatusMeaning meaning = StatusMeaning.Of(radio, pi);
        return new RadioJson(
            radio.Id,
            radio.Name,
            radio.PiId,
            radio.Status.Name(),
            meaning.Connected == true,
            meaning.Problem,
            meaning.Explanation,
            radio.SerialPorts);
    }

    internal sealed record PiJson(string Id, string Name, string Address, bool? Reachable, string? LongwireVersion);

    internal sealed record RadioJson(
        string Id, string Name, string Pi, string Status, bool Connected, bool Problem, string Explanation,
        IReadOnlyList<string> SerialPorts);
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(HealthJson))]
internal sealed partial class HealthJsonContext : JsonSerializerContext;
