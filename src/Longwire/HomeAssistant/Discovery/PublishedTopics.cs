using System.Text.Json.Serialization;
using Longwire.HomeAssistant.Broker;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>
/// Which retained messages of ours lie on the broker, kept in the data folder: a radio that leaves the options while we
/// are stopped, or a base topic that is changed, must not leave ghosts in Home Assistant. An unreadable or full disk costs
/// that memory, never the service.
/// </summary>
internal sealed class PublishedTopics(string dataFolder, ILogger logger)
{
    public const string FileName = "mqtt.json";

    private const string NotOurs = "it is not the JSON we write";

    private readonly JsonStore<PublishedRecord> _store = new(
        Path.Combine(dataFolder, FileName), PublishedJson.Default.PublishedRecord, FaultOf, isReplaceable: true);

    private PublishedRecord? _record;
    private bool _saveFailed;

    public PublishedRecord Current => _record ??= Load();

    /// <summary>Call before publishing what is new, and after clearing what is gone: a crash in between then forgets nothing.</summary>
    public async ValueTask SaveAsync(PublishedRecord record, CancellationToken cancellationToken)
    {
        ILogger log = logger.About(FileName);
        // Not in the middle: what is taken for written has to be.
        cancellationToken.ThrowIfCancellationRequested();
        bool same = Payload.Of(record, PublishedJson.Default.PublishedRecord).AsSpan().SequenceEqual(
            Payload.Of(Current, PublishedJson.Default.PublishedRecord));
        _record = record;
        if (same && !_saveFailed) return;
        try
        {
            // On a thread that may wait: a worn SD card takes seconds to flush.
            await Task.Run(() => _store.Save(record), CancellationToken.None);
            if (_saveFailed) MqttLog.TopicsSavedAgain(log, _store.Path);
            _saveFailed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_saveFailed) MqttLog.TopicsNotSaved(log, _store.Path, e.Message);
            _saveFailed = true;
        }
    }

    private PublishedRecord Load()
    {
        JsonReading<PublishedRecord> reading = _store.Load();
        if (reading.Problem != JsonProblem.None)
        {
            string reason = reading.Problem == JsonProblem.NoJson ? NotOurs : reading.Reason;
            MqttLog.TopicsNotRead(logger, _store.Path, reason);
        }
        return reading.Value is { } record
            ? new PublishedRecord { Devices = new(record.Devices, StringComparer.Ordinal) }
            : new PublishedRecord();
    }

    private static string? FaultOf(PublishedRecord? record) =>
        record is null || record.Devices.Values.Any(device => device is null) ? NotOurs : null;
}

internal sealed record PublishedRecord
{
    /// <summary>By discovery topic.</summary>
    public SortedDictionary<string, PublishedDevice> Devices { get; init; } = new(StringComparer.Ordinal);

    public bool Covers(Device device) =>
        Devices.TryGetValue(device.ConfigTopic, out PublishedDevice? known)
        && device.Message.Components.Keys.All(known.Components.ContainsKey)
        && device.RetainedTopics.All(known.Topics.Contains);

    /// <summary>What the discovery message of that device said last, as far as it is remembered.</summary>
    public LastKnown LastKnownOf(string configTopic) =>
        Devices.TryGetValue(configTopic, out PublishedDevice? known) && known.LastKnown is { } last ? last : new LastKnown();

    /// <summary>The keys of the components that the discovery message of that device had.</summary>
    public IReadOnlyCollection<string> ComponentsOf(string configTopic) =>
        Devices.TryGetValue(configTopic, out PublishedDevice? known) ? known.Components.Keys : [];

    public PublishedRecord Without(IEnumerable<string> configTopics)
    {
        var devices = new SortedDictionary<string, PublishedDevice>(Devices, StringComparer.Ordinal);
        foreach (string topic in configTopics) devices.Remove(topic);
        return new PublishedRecord { Devices = devices };
    }

    /// <param name="keepComponents">Keep those that a device had before, too.</param>
    public PublishedRecord With(IEnumerable<Device> added, string baseTopic, bool keepComponents)
    {
        var devices = new SortedDictionary<string, PublishedDevice>(Devices, StringComparer.Ordinal);
        foreach (Device device in added)
        {
            PublishedDevice now = PublishedDevice.Of(device, baseTopic);
            if (keepComponents && devices.TryGetValue(device.ConfigTopic, out PublishedDevice? before))
            {
                foreach ((string key, string platform) in before.Components) now.Components.TryAdd(key, platform);
            }
            devices[device.ConfigTopic] = now;
        }
        return new PublishedRecord { Devices = devices };
    }
}

/// <param name="BaseTopic">The base topic it belongs to.</param>
/// <param name="Topics">Its retained topics beside the discovery topic.</param>
/// <param name="Components">Platform by component: Home Assistant wants to hear of those that are gone.</param>
/// <param name="LastKnown">Null in what a release wrote that did not keep it yet.</param>
internal sealed record PublishedDevice(
    string BaseTopic,
    string[] Topics,
    SortedDictionary<string, string> Components,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LastKnown? LastKnown = null)
{
    public static PublishedDevice Of(Device device, string baseTopic) => new(
        baseTopic,
        device.RetainedTopics,
        new SortedDictionary<string, string>(
            device.Message.Components.ToDictionary(c => c.Key, c => c.Value.Platform), StringComparer.Ordinal),
        LastKnown.Of(device.Message));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PublishedRecord))]
internal sealed partial class PublishedJson : JsonSerializerContext;
