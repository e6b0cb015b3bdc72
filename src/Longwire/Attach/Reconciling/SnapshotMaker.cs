using System.Collections.Immutable;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>The state as publishers see it.</summary>
internal static class SnapshotMaker
{
    /// <param name="down">What is said of expected radios that are not there; null: nothing.</param>
    /// <param name="successorOf">See <see cref="RadioSnapshot.Successor"/>.</param>
    public static Snapshot Make(AttachState state, StickSelection selection, string? down, Func<RadioState, string?> successorOf)
    {
        List<RadioState> shown = Shown(state, selection);
        IEnumerable<PiSnapshot> leftOut = shown.Select(radio => radio.Memory.PiId).Distinct()
            .Where(id => !state.Pis.ContainsKey(id)).Select(id => LeftOut(id, state.Options));
        IEnumerable<PiSnapshot> pis = state.Pis.Values.Select(pi => Of(pi, state)).Concat(leftOut)
            .OrderBy(pi => pi.Id, StringComparer.Ordinal);
        ImmutableArray<RadioSnapshot> radios =
        [
            .. shown.Select(radio => Of(radio, selection.RuleOf(radio.Memory), state.Now) with { Successor = successorOf(radio) }),
        ];
        var bridge = new BridgeSnapshot(state.Memory.InstanceId, down is null ? [.. state.Problems] : [.. state.Problems, down])
        {
            RadiosExpected = radios.Count(radio => radio.Wanted),
            RadiosAttached = radios.Count(radio => radio is { Wanted: true, HasPort: true }),
        };
        return new Snapshot(bridge, [.. pis], radios);
    }

    /// <summary>Those that the options ask for, or may ask for where they cannot be read.</summary>
    public static List<RadioState> Shown(AttachState state, StickSelection selection) =>
        [.. state.Radios.Values.Where(radio => selection.Covers(radio.Memory) || selection.WhyLeftOut(radio.Memory) is not null)];

    // Its entry cannot be read, and its radios stay: so does what they are plugged into.
    private static PiSnapshot LeftOut(string id, AttachOptions options)
    {
        SkippedPi? entry = options.SkippedPis.FirstOrDefault(pi => pi.Id == id);
        return new PiSnapshot
        {
            Id = id,
            Name = entry?.Name ?? entry?.Address ?? id,
            Address = entry?.Address ?? "",
            Mode = ModeOf(entry is { IsPaired: true }),
        };
    }

    private static PiMode ModeOf(bool isPaired) => isPaired ? PiMode.Link : PiMode.Stock;

    private static PiSnapshot Of(PiState pi, AttachState state) => new()
    {
        Id = pi.Options.Id,
        Name = pi.Options.DisplayName,
        Address = pi.Options.Address,
        Mode = ModeOf(pi.Options.Pairing is not null),
        Reachable = pi.Reachable,
        RoundTrip = pi.RoundTrip,
        Version = pi.Notice?.Version,
        Offers = pi.Offers,
        // A supply that is being changed is no problem either.
        Vitals = pi.Vitals is { UnderVoltage: true } low && state.Work.IsUnderWay(pi.Options.Id)
            ? low with { UnderVoltage = false }
            : pi.Vitals,
        SilencedUntil = state.Memory.PlannedWork.FirstOrDefault(work => work.PiId == pi.Options.Id)?.Until,
        SilentReason = pi.SilentReason is { } reason ? PiSilenceText.Reason(pi.Silence, reason) : null,
    };

    // Of one that nobody wants attached there is nothing to say.
    private static LinkQuality? QualityOf(RadioState radio) => radio.Status switch
    {
        RadioStatus.Attached => radio.Link.Current,
        RadioStatus.Detached or RadioStatus.Attaching => null,
        _ => LinkQuality.Down,
    };

    private static RadioSnapshot Of(RadioState radio, RadioRule? rule, TimeSpan now)
    {
        RadioMemory memory = radio.Memory;
        Assignment? up = radio.IsUp ? radio.Assignment : null;
        return new RadioSnapshot
        {
            Id = memory.Id,
            Name = memory.Name,
            PiId = memory.PiId,
            UsbId = UsbId.Parse(memory.UsbId),
            PortChain = memory.PortChain,
            Manufacturer = memory.Manufacturer,
            Product = memory.Product,
            Serial = memory.Serial,
            Status = radio.Status,
            HeldForLong = HoldChanges.IsForLong(radio, now),
            Unstable = radio.Absences.IsRecurring(now),
            Undecided = radio.Undecided,
            Reason = radio.Reason,
            Wanted = memory.Wanted,
            PluggedIn = radio.PluggedIn,
            Since = up?.Since,
            CameUpAt = up?.CameUpAt,
            Disconnects = memory.Disconnects,
            LastDisconnect = memory.LastDisconnect,
            LastDisconnectReason = memory.LastDisconnectReason,
            Outages = memory.Outages?.Count ?? 0,
            HeldTime = memory.Outages?.Held ?? TimeSpan.Zero,
            LastOutage = memory.Outages?.LastBegan,
            LastOutageTime = memory.Outages?.LastHeld,
            SerialPortCount = memory.SerialPortCount,
            SerialPorts = up?.SerialPorts ?? [],
            ProvisionalPorts = up?.ProvisionalPorts ?? [],
            RestartApps = rule?.RestartApps ?? [],
            RoundTrip = up?.RoundTrip,
            Link = QualityOf(radio),
            Urbs = up?.Urbs,
            IsShortOfUrbs = up is { IsShortOfUrbs: true },
        };
    }
}
