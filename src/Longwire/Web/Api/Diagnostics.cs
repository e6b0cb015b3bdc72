using System.Buffers;
using System.Text.Json;
using Longwire.History;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Proxy;

namespace Longwire.Web.Api;

/// <summary>
/// All that helps to find a fault, in one file that may be shown to anybody. Keys are added, never renamed. Written by hand: its shape is
/// of use to people alone, and code that knows it would be a large part of the program.
/// </summary>
/// <param name="secrets">What must not be in it besides the secrets of the options: the broker's own.</param>
internal sealed class Diagnostics(
    StateFeed feed, StateView view, HistoryBook history, Func<LoadedOptions<AttachOptions>> options,
    Func<CancellationToken, Task<IEnumerable<string>>> secrets, TimeProvider time, string version)
{
    private static readonly string[] s_byId = ["details", "events"];

    public async Task<byte[]> WriteAsync(DoctorRound doctor, CancellationToken cancellationToken)
    {
        LoadedOptions<AttachOptions> loaded = options();
        IEnumerable<string> others = await secrets(cancellationToken);
        return SecretRemoval.From(Write(doctor, loaded), [.. SecretsOf(loaded.Options), .. others], s_byId);
    }

    private ReadOnlyMemory<byte> Write(DoctorRound doctor, LoadedOptions<AttachOptions> loaded)
    {
        Snapshot snapshot = feed.Current;
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("version", version);
        json.WriteString("at", time.GetUtcNow());
        json.WritePropertyName("options");
        OptionsSummary.Write(json, loaded);
        json.WritePropertyName("state");
        json.WriteRawValue(view.Of(snapshot).Span);
        json.WritePropertyName("health");
        json.WriteRawValue(HealthJson.Write(snapshot, version));
        json.WritePropertyName("doctor");
        json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(doctor, DoctorRoundJson.Default.DoctorRound));
        json.WriteStartObject("details");
        foreach (RadioSnapshot radio in snapshot.Radios) WriteDetails(json, radio);
        json.WriteEndObject();
        json.WriteStartObject("events");
        foreach (RadioSnapshot radio in snapshot.Radios)
        {
            json.WriteStartArray(radio.Id);
            foreach (HistoryEvent happened in history.EventsOf(radio.Id)) happened.Write(json);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    // What the page does not show.
    private static void WriteDetails(Utf8JsonWriter json, RadioSnapshot radio)
    {
        json.WriteStartObject(radio.Id);
        json.WriteString("reason", radio.Reason);
        json.WriteString("plugged_in", radio.PluggedIn switch
        {
            true => "yes",
            false => "no",
            null => "unknown",
        });
        json.WriteString("link_quality", radio.Link?.Name());
        json.WriteBoolean("is_short_of_urbs", radio.IsShortOfUrbs);
        if (radio.Urbs is { Counters: var counted }) WriteCounters(json, counted);
        json.WriteEndObject();
    }

    private static void WriteCounters(Utf8JsonWriter json, UrbProxyCounters counted)
    {
        json.WriteNumber("submits", counted.Submits);
        json.WriteNumber("completions", counted.Completions);
        json.WriteNumber("in_bytes", counted.InBytes);
        json.WriteNumber("out_bytes", counted.OutBytes);
        json.WriteNumber("stalls", counted.Stalls);
        json.WriteNumber("bus_errors", counted.BusErrors);
        json.WriteNumber("other_errors", counted.OtherErrors);
    }

    private static IEnumerable<string> SecretsOf(AttachOptions options)
    {
        string?[] texts = [options.Mqtt.Username, options.Mqtt.Password, options.WebToken];
        IEnumerable<string?> codes = options.Pis.Select(pi => pi.Pairing?.Format());
        return texts.Concat(codes).OfType<string>();
    }
}
