using System.Collections.Frozen;
using System.Text.Json;
using Longwire.History;
using Longwire.Options;
using Longwire.State;

namespace Longwire.Web.Pages;

/// <summary>All that helps to find a fault, in one file that may be shown to anybody.</summary>
/// <param name="secrets">What must not be in it besides the secrets of the options: the broker's own.</param>
internal sealed class Diagnostics(
    StateFeed feed, StateView view, HistoryBook history, Func<LoadedOptions<AttachOptions>> options,
    Func<CancellationToken, Task<IEnumerable<string>>> secrets, TimeProvider time, string version)
{
    public async Task<byte[]> WriteAsync(DoctorRound doctor, CancellationToken cancellationToken)
    {
        LoadedOptions<AttachOptions> loaded = options();
        Snapshot snapshot = feed.Current;
        using var state = JsonDocument.Parse(view.Of(snapshot));
        using var health = JsonDocument.Parse(HealthJson.Write(snapshot, version));
        var file = new DiagnosticsJson(
            version,
            time.GetUtcNow(),
            AttachOptionsJson.Of(loaded),
            state.RootElement,
            health.RootElement,
            snapshot.Radios.ToFrozenDictionary(radio => radio.Id, Of),
            doctor,
            snapshot.Radios.ToFrozenDictionary<RadioSnapshot, string, IReadOnlyList<EventJson>>(
                radio => radio.Id,
                radio => [.. history.EventsOf(radio.Id).Select(happened => new EventJson(happened.At, happened.Type, happened.Reason))]));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(file, DiagnosticsJsonContext.Default.DiagnosticsJson);
        return SecretRemoval.From(json, [.. AttachOptionsJson.SecretsOf(loaded.Options), .. await secrets(cancellationToken)]);
    }

    private static RadioDetailsJson Of(RadioSnapshot radio)
    {
        UsbIp.Proxy.UrbProxyCounters? counted = radio.Urbs?.Counters;
        return new RadioDetailsJson(
            radio.Reason,
            radio.PluggedIn,
            radio.Link?.Name(),
            counted?.Submits,
            counted?.Completions,
            counted?.InBytes,
            counted?.OutBytes,
            counted?.Stalls,
            counted?.BusErrors,
            counted?.OtherErrors,
            radio.IsShortOfUrbs);
    }
}
