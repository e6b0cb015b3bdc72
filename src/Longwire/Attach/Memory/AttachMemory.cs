using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Longwire.Radios;

namespace Longwire.Attach.Memory;

/// <summary>What the attach side remembers over restarts, as it stands in memory.json in the data folder.</summary>
internal sealed record AttachMemory
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Tells two Longwires under one base topic apart; given once.</summary>
    public required string InstanceId { get; init; }
    public ImmutableArray<RadioMemory> Radios { get; init; } = [];

    /// <summary>
    /// authorized_default of vhci's root hubs as we found it; it is ours to restore after a crash of the same boot, or an end at which it
    /// could not be.
    /// </summary>
    public HubAuthorizationMemory? HubAuthorization { get; init; }

    /// <summary>On which Pis somebody works.</summary>
    public ImmutableArray<PlannedWorkMemory> PlannedWork { get; init => field = value.IsDefault ? [] : value; } = [];

    public RadioMemory? Find(string radioId) => Radios.FirstOrDefault(radio => radio.Id == radioId);

    public AttachMemory With(RadioMemory radio)
    {
        for (int i = 0; i < Radios.Length; i++)
        {
            if (Radios[i].Id == radio.Id) return Radios[i] == radio ? this : this with { Radios = Radios.SetItem(i, radio) };
        }
        return this with { Radios = Radios.Add(radio) };
    }

    public AttachMemory Without(string radioId) => this with { Radios = Radios.RemoveAll(radio => radio.Id == radioId) };
}

/// <param name="BootId">/proc/sys/kernel/random/boot_id when the values were read: a reboot resets them by itself.</param>
/// <param name="Found">Root hub (usb3) to the value found there.</param>
internal sealed record HubAuthorizationMemory(string BootId, ImmutableSortedDictionary<string, int> Found);

/// <summary>One radio, from its first sight on.</summary>
internal sealed record RadioMemory
{
    /// <summary>Given once, never recomputed.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string PiId { get; init; }

    /// <summary>VID:PID as lsusb writes it.</summary>
    public required string UsbId { get; init; }
    public string? Serial { get; init; }

    /// <summary>Another stick that has its serial was seen beside it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SerialIsShared { get; init; }
    public string? Manufacturer { get; init; }
    public string? Product { get; init; }

    /// <summary>Where it was last seen on its Pi: the controller's sysfs path and the chain of hub ports.</summary>
    public string? Controller { get; init; }
    public required string PortChain { get; init; }

    /// <summary>Its name on the Pi when it was last imported. Bus numbers change, so it is a first guess only.</summary>
    public required string LastBusId { get; init; }
    public required int SerialPortCount { get; init; }

    /// <summary>What a person wants; survives restarts.</summary>
    public bool Wanted { get; init; } = true;

    /// <summary>
    /// Options that could be read did not ask for it. Only what was asked for to the last may be what an entry that cannot be read is
    /// about.
    /// </summary>
    public bool LeftOptions { get; init; }

    /// <summary>The vhci port it had last: by-path names depend on it.</summary>
    public int? VhciPort { get; init; }

    /// <summary>In the file it has the name of what it was first, the local TCP port of the last connection.</summary>
    [JsonPropertyName("source_port")]
    public CarrierMemory LastCarrier { get; init; }
    public long Disconnects { get; init; }
    public string? LastDisconnectReason { get; init; }

    /// <summary>By the clock as it was then; null: there was none, or a former release counted it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? LastDisconnect { get; init; }

    /// <summary>Null: there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public OutageMemory? Outages { get; init; }

    /// <summary>Present from just before the kernel gets the socket until the port is known to be free again.</summary>
    public AttachRecord? Attached { get; init; }

    /// <summary>What it was before, the latest first.</summary>
    public ImmutableArray<FormerStick> Former { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// Radios of its kind that were missing from its Pi when it was seen first, and were not seen since: it may be there to replace one.
    /// </summary>
    public ImmutableArray<string> CameWhileAway { get; init => field = value.IsDefault ? [] : value; } = [];

    [JsonIgnore]
    public UsbPort Port => new(Controller, PortChain);
}

/// <summary>A vhci port that is ours. It is freed after a crash only if everything here still matches.</summary>
/// <param name="DevId">Bus and device number on the Pi, as vhci's status shows it.</param>
/// <param name="LocalBusId">The device's name here; null until it was enumerated.</param>
/// <param name="LocalDeviceNumber">devnum here; 0 until it was enumerated.</param>
internal sealed record AttachRecord(string BootId, int Port, uint DevId, uint Speed, string? LocalBusId = null, int LocalDeviceNumber = 0);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AttachMemory))]
internal sealed partial class AttachMemoryJson : JsonSerializerContext;
