using Longwire.Attach.Memory;
using Longwire.Attach.State;
using Longwire.Health;
using Longwire.Options;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach;

/// <summary>The state as publishers see it.</summary>
internal static class SnapshotMaker
{
    public static Snapshot Make(AttachState state, Claims claims)
    {
        List<RadioState> radios = [.. state.Radios.Values.Where(radio => claims.Covers(radio.Memory) || claims.WhyLeftOut(radio.Memory) is not null)];
        IEnumerable<PiSnapshot> leftOut = radios.Select(radio => radio.Memory.PiId).Distinct().Where(id => !state.Pis.ContainsKey(id)).Select(id => LeftOut(id, state.Options));
        return new Snapshot(
            new BridgeSnapshot(state.Memory.InstanceId, [.. state.Problems]),
            [.. state.Pis.Values.Select(Of).Concat(leftOut).OrderBy(pi => pi.Id, StringComparer.Ordinal)],
            [.. radios.Select(radio => Of(radio, claims.RuleOf(radio.Memory)))]);
    }

    // Its entry cannot be read, and its radios stay: so does what they are plugged into.
    private static PiSnapshot LeftOut(string id, AttachOptions options)
    {
        SkippedPi? entry = options.SkippedPis.FirstOrDefault(pi => pi.Id == id);
        return new PiSnapshot { Id = id, Name = entry?.Name ?? entry?.Address ?? id, Address = entry?.Address ?? "" };
    }

    private static PiSnapshot Of(PiState pi) => new()
    {
        Id = pi.Options.Id,
        Name = pi.Options.DisplayName,
        Address = pi.Options.Address,
        Reachable = pi.Reachable,
        RoundTrip = pi.RoundTrip,
        Version = pi.Notice?.Version,
    };

    private static RadioSnapshot Of(RadioState radio, RadioRule? rule)
    {
        RadioMemory memory = radio.Memory;
        return new RadioSnapshot
        {
            Id = memory.Id,
            Name = memory.Name,
            PiId = memory.PiId,
            UsbId = UsbId.Parse(memory.UsbId),
            Manufacturer = memory.Manufacturer,
            Product = memory.Product,
            Serial = memory.Serial,
            Status = radio.Status,
            Reason = radio.Reason,
            Wanted = memory.Wanted,
            PluggedIn = radio.PluggedIn,
            Since = radio.Since,
            Disconnects = memory.Disconnects,
            LastDisconnectReason = memory.LastDisconnectReason,
            SerialPortCount = memory.SerialPortCount,
            SerialPorts = radio.SerialPorts,
            RestartApps = rule?.RestartApps ?? [],
            RoundTrip = radio.RoundTrip,
        };
    }
}
