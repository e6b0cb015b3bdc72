using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Export.Link;
using Longwire.Link.Pairing;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire pair --json</c>. Part of the contract: every key always there, null if unknown; keys are added, never renamed.
/// </summary>
internal sealed record PairJson
{
    /// <summary>A secret.</summary>
    public required string Code { get; init; }

    /// <summary>The best first.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }
    public required int Port { get; init; }

    /// <summary>The first digits of <see cref="Pin"/>, as people see them.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of this Pi's public key.</summary>
    public required string Pin { get; init; }

    /// <summary>For which it may still let a host in.</summary>
    public required long SecondsLeft { get; init; }

    public static void Write(TextWriter output, PairingCode code, TimeSpan left)
    {
        var json = new PairJson
        {
            Code = code.Format(),
            Addresses = code.Addresses,
            Port = code.Port,
            Key = code.Pin.ToString(),
            Pin = PinText.Of(code.Pin),
            SecondsLeft = (long)left.TotalSeconds,
        };
        output.WriteLine(JsonSerializer.Serialize(json, PairJsonContext.Default.PairJson));
    }
}

/// <summary><c>longwire pair --list --json</c>, of the same contract.</summary>
internal sealed record PairedHostsJson
{
    public required IReadOnlyList<HostJson> Enrolled { get; init; }
    public required IReadOnlyList<HostJson> Revoked { get; init; }

    public static void Write(TextWriter output, EnrolmentFile known)
    {
        var json = new PairedHostsJson { Enrolled = [.. known.Enrolled.Select(From)], Revoked = [.. known.Barred.Select(From)] };
        output.WriteLine(JsonSerializer.Serialize(json, PairJsonContext.Default.PairedHostsJson));
    }

    private static HostJson From(KnownHost host) =>
        new() { Name = host.Name, Key = PinText.Shown(host.Pin), Pin = host.Pin, Since = host.Since };

    internal sealed record HostJson
    {
        /// <summary>As it called itself.</summary>
        public required string? Name { get; init; }
        public required string Key { get; init; }
        public required string Pin { get; init; }

        /// <summary>By the Pi's clock.</summary>
        public required DateTimeOffset Since { get; init; }
    }
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(PairJson))]
[JsonSerializable(typeof(PairedHostsJson))]
internal sealed partial class PairJsonContext : JsonSerializerContext;
