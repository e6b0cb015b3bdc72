using System.Text.Json;
using Longwire.Options;

namespace Longwire.Web.Api;

/// <summary>The options that are in force; of a secret, only whether there is one.</summary>
internal static class OptionsSummary
{
    public static void Write(Utf8JsonWriter json, LoadedOptions<AttachOptions> loaded)
    {
        AttachOptions options = loaded.Options;
        json.WriteStartObject();
        json.WriteStartArray("pis");
        foreach (PiOptions pi in options.Pis)
        {
            json.WriteStartObject();
            json.WriteString("id", pi.Id);
            json.WriteString("name", pi.Name);
            json.WriteString("address", pi.Address);
            json.WriteBoolean("is_paired", pi.Pairing is not null);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("radios");
        foreach (RadioRule rule in options.Radios)
        {
            json.WriteStartObject();
            json.WriteString("match", rule.Match.ToString());
            json.WriteString("pi", rule.Pi);
            json.WriteString("name", rule.Name);
            json.WriteString("restart_apps", string.Join(", ", rule.RestartApps));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteBoolean("take_recognised", options.TakeRecognised);
        json.WriteNumber("hold_seconds", options.Hold.TotalSeconds);
        json.WriteNumber("replug_seconds", options.Replug.TotalSeconds);
        json.WriteNumber("stale_seconds", options.Stale.TotalSeconds);
        json.WriteString("base_topic", options.BaseTopic);
        json.WriteString("discovery_prefix", options.DiscoveryPrefix);
        json.WriteString("log_level", options.LogLevel.Name());
        json.WriteBoolean("has_web_token", options.WebToken is not null);
        Write(json, options.Mqtt);
        json.WriteStartArray("problems");
        foreach (OptionProblem problem in loaded.Problems) json.WriteStringValue(problem.ToString());
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MqttOptions mqtt)
    {
        json.WriteStartObject("mqtt");
        json.WriteString("host", mqtt.Host);
        json.WriteNumber("port", mqtt.Port ?? 0);
        json.WriteBoolean("has_username", mqtt.Username is not null);
        json.WriteBoolean("has_password", mqtt.Password is not null);
        json.WriteBoolean("tls", mqtt.Tls);
        json.WriteBoolean("has_ca", mqtt.Ca is not null);
        json.WriteBoolean("has_cert", mqtt.Cert is not null);
        json.WriteBoolean("verify", mqtt.Verify);
        json.WriteEndObject();
    }
}
