using System.Text.Json.Serialization;
using Longwire.HomeAssistant.Broker;
using Longwire.State;
using Longwire.UsbIp.Proxy;

namespace Longwire.HomeAssistant.Discovery;

// In these, every key is always present, null if unknown: a template that misses its key warns at every message.

internal sealed record RadioStateMessage
{
    public required string Status { get; init; }
    public required bool? Connected { get; init; }
    public required bool Problem { get; init; }
    public required string Explanation { get; init; }
    public required string? Reason { get; init; }
    public required bool Wanted { get; init; }
    public required bool? PluggedIn { get; init; }
    public required DateTimeOffset? Since { get; init; }
    public required long Disconnects { get; init; }
    public required string? LastDisconnectReason { get; init; }
    public required DateTimeOffset? LastDisconnect { get; init; }
    public required string? LinkQuality { get; init; }
    public required long Outages { get; init; }

    /// <summary>All outages together.</summary>
    public required double HeldSeconds { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset? LastOutage { get; init; }

    /// <summary>Null while it goes on, too.</summary>
    public required double? LastOutageSeconds { get; init; }

    /// <summary>As many as the radio has ttys, attached or not.</summary>
    public required string?[] SerialPorts { get; init; }
    public required double? RoundTripMs { get; init; }

    /// <summary>Somebody has a port of it open.</summary>
    public required bool? InUse { get; init; }

    /// <summary>Transfers that failed since it was attached. What a stick does not know it stalls, which is no error.</summary>
    public required long? UsbErrors { get; init; }

    /// <summary>Bytes per second since the last heartbeat.</summary>
    public required double? DataRateIn { get; init; }

    /// <inheritdoc cref="DataRateIn"/>
    public required double? DataRateOut { get; init; }
    public required UrbsMessage Urbs { get; init; }
}

/// <summary>Since the radio was attached; all null unless it is, and where nobody counts.</summary>
internal sealed record UrbsMessage
{
    public required long? Submits { get; init; }
    public required long? Completions { get; init; }
    public required long? Unlinks { get; init; }
    public required long? BytesIn { get; init; }
    public required long? BytesOut { get; init; }
    public required long? Stalls { get; init; }
    public required long? BusErrors { get; init; }
    public required long? GoneErrors { get; init; }
    public required long? OtherErrors { get; init; }

    /// <summary>From submit to answer, of OUTs and control transfers in the last half minute to minute; null without any.</summary>
    public required double? AnswerMs { get; init; }

    /// <inheritdoc cref="AnswerMs"/>
    public required double? SlowestAnswerMs { get; init; }

    public static UrbsMessage Of(UrbFigures? figures)
    {
        (UrbProxyCounters? counters, AnswerTimes? answers) = (figures?.Counters, figures?.Answers);
        return new UrbsMessage
        {
            Submits = counters?.Submits,
            Completions = counters?.Completions,
            Unlinks = counters?.Unlinks,
            BytesIn = counters?.InBytes,
            BytesOut = counters?.OutBytes,
            Stalls = counters?.Stalls,
            BusErrors = counters?.BusErrors,
            GoneErrors = counters?.GoneErrors,
            OtherErrors = counters?.OtherErrors,
            AnswerMs = MeasuredValues.Milliseconds(answers?.Mean),
            SlowestAnswerMs = answers is { Count: > 0 } some ? MeasuredValues.Milliseconds(some.Slowest) : null,
        };
    }
}

internal sealed record PiStateMessage
{
    public required bool? Reachable { get; init; }
    public required string Mode { get; init; }
    public required string Address { get; init; }
    public required string? Version { get; init; }
    public required UpdateMessage Update { get; init; }
    public required double? RoundTripMs { get; init; }

    /// <summary>In degrees Celsius. This and those down to the signal: null unless its Longwire says it.</summary>
    public required double? Temperature { get; init; }
    public required bool? UnderVoltage { get; init; }

    /// <summary>Of the last minute.</summary>
    public required double? Load { get; init; }

    /// <summary>When it was booted.</summary>
    public required DateTimeOffset? UpSince { get; init; }

    /// <summary>In dBm.</summary>
    public required int? WifiSignal { get; init; }

    /// <summary>Somebody works on it.</summary>
    public required bool Silenced { get; init; }

    /// <summary>When that ends by itself.</summary>
    public required DateTimeOffset? SilencedUntil { get; init; }
}

/// <summary>In the words of Home Assistant's MQTT update: what a Pi runs, and what it should.</summary>
/// <param name="InstalledVersion">Null while it is not known.</param>
/// <param name="LatestVersion">Ours: a Pi is to run the same.</param>
internal sealed record UpdateMessage(string? InstalledVersion, string LatestVersion)
{
    public string Title { get; } = "Longwire";

    public string ReleaseSummary { get; } =
        $"On the Pi: write \"image: longwire:{LatestVersion}\" into its compose.yaml and run \"docker compose up -d\"; or, without Docker, "
            + $"copy the new package there and run \"sudo apt install ./longwire_{LatestVersion}_*.deb\".";
}

internal sealed record BridgeInfoMessage
{
    public required string Version { get; init; }
    public required string InstanceId { get; init; }
    public required bool Problem { get; init; }
    public required string[] Problems { get; init; }

    // Not required, because it is read as well: what an older release says of itself lacks them, and it is alive all the same.
    public int RadiosAttached { get; init; }
    public int RadiosExpected { get; init; }
    public string? LogLevel { get; init; }

    /// <summary>See <see cref="Instance.Nonce"/>; null from former releases.</summary>
    public string? Nonce { get; init; }

    /// <summary>The token of the claim that this answers; left out of what is retained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answers { get; init; }

    [JsonIgnore]
    public Instance Sender => new(InstanceId, Nonce);
}

internal sealed record RadioEventMessage
{
    public required string EventType { get; init; }
    public required string? Reason { get; init; }
}

/// <param name="Incumbent">It published here before, in this life: it goes before newcomers.</param>
internal sealed record ClaimMessage(string InstanceId, bool Incumbent)
{
    /// <summary>See <see cref="Instance.Nonce"/>; null from former releases.</summary>
    public string? Nonce { get; init; }

    /// <summary>To be named in the answer; null from former releases.</summary>
    public string? Token { get; init; }

    [JsonIgnore]
    public Instance Sender => new(InstanceId, Nonce);
}

// Strict: anybody may write to our topics, and what lacks a member that we rely on is no such message.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RadioStateMessage))]
[JsonSerializable(typeof(PiStateMessage))]
[JsonSerializable(typeof(BridgeInfoMessage))]
[JsonSerializable(typeof(RadioEventMessage))]
[JsonSerializable(typeof(ClaimMessage))]
internal sealed partial class StateJson : JsonSerializerContext;

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DiscoveryMessage))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
