using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Options;

namespace Longwire.Web.Pages;

/// <summary>The file of <c>POST api/diagnostics</c>. Keys are added, never renamed.</summary>
/// <param name="State">As <c>api/state</c> has it.</param>
/// <param name="Health">As <c>health.json</c> has it.</param>
/// <param name="Details">Of each radio, what the page does not show.</param>
/// <param name="Events">By radio, the latest first.</param>
internal sealed record DiagnosticsJson(
    string Version, DateTimeOffset At, AttachOptionsJson Options, JsonElement State, JsonElement Health,
    IReadOnlyDictionary<string, RadioDetailsJson> Details, DoctorRound Doctor,
    IReadOnlyDictionary<string, IReadOnlyList<EventJson>> Events);

internal sealed record EventJson(DateTimeOffset At, string Type, string? Reason);

/// <param name="Reason">The technical one behind the status.</param>
internal sealed record RadioDetailsJson(
    string? Reason, bool? PluggedIn, string? LinkQuality, long? Submits, long? Completions, long? InBytes, long? OutBytes, long? Stalls,
    long? BusErrors, long? OtherErrors, bool IsShortOfUrbs);

/// <summary>The options that are in force; of a secret, only whether there is one.</summary>
internal sealed record AttachOptionsJson(
    IReadOnlyList<PiOptionsJson> Pis, IReadOnlyList<RadioRuleJson> Radios, bool TakeRecognised, double HoldSeconds, double ReplugSeconds,
    double StaleSeconds, string BaseTopic, string DiscoveryPrefix, string LogLevel, bool HasWebToken, MqttOptionsJson Mqtt,
    IReadOnlyList<string> Problems)
{
    public static AttachOptionsJson Of(LoadedOptions<AttachOptions> loaded)
    {
        AttachOptions options = loaded.Options;
        MqttOptions mqtt = options.Mqtt;
        return new AttachOptionsJson(
            [.. options.Pis.Select(pi => new PiOptionsJson(pi.Id, pi.Name, pi.Address, pi.Pairing is not null))],
            [.. options.Radios.Select(rule => new RadioRuleJson(rule.Match.ToString(), rule.Pi, rule.Name, rule.RestartApps))],
            options.TakeRecognised,
            options.Hold.TotalSeconds,
            options.Replug.TotalSeconds,
            options.Stale.TotalSeconds,
            options.BaseTopic,
            options.DiscoveryPrefix,
            options.LogLevel.Name(),
            options.WebToken is not null,
            new MqttOptionsJson(
                mqtt.Host, mqtt.Port, mqtt.Username is not null, mqtt.Password is not null, mqtt.Tls, mqtt.Ca is not null,
                mqtt.Cert is not null, mqtt.Verify),
            [.. loaded.Problems.Select(problem => problem.ToString())]);
    }

    /// <summary>What must not be in any text that is given away.</summary>
    public static IEnumerable<string> SecretsOf(AttachOptions options)
    {
        string?[] texts = [options.Mqtt.Username, options.Mqtt.Password, options.WebToken];
        IEnumerable<string?> codes = options.Pis.Select(pi => pi.Pairing?.Format());
        return texts.Concat(codes).OfType<string>();
    }
}

internal sealed record PiOptionsJson(string Id, string? Name, string Address, bool IsPaired);

internal sealed record RadioRuleJson(string Match, string? Pi, string? Name, ImmutableArray<string> RestartApps);

internal sealed record MqttOptionsJson(
    string? Host, int? Port, bool HasUsername, bool HasPassword, bool Tls, bool HasCa, bool HasCert, bool Verify);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DiagnosticsJson))]
internal sealed partial class DiagnosticsJsonContext : JsonSerializerContext;
