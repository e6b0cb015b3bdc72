using System.Collections.Immutable;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.Platform;
using Longwire.State;

namespace Longwire.HomeAssistant.Discovery;

/// <summary>A snapshot as the retained messages that show it. The broker holds the last of each, so nothing needs queueing.</summary>
/// <param name="States">State topics with their payloads.</param>
/// <param name="Devices">The discovery of the same devices.</param>
internal sealed record RetainedSnapshot(ImmutableArray<KeyValuePair<string, byte[]>> States, ImmutableArray<Device> Devices)
{
    /// <param name="nonce">See <see cref="Instance.Nonce"/>.</param>
    /// <param name="published">What was published before, for what is not known now; null: nothing was.</param>
    public static RetainedSnapshot Of(
        Snapshot snapshot, MeasuredValues figures, Topics topics, string version, string? nonce = null, PublishedRecord? published = null)
    {
        PublishedRecord before = published ?? new PublishedRecord();
        ImmutableArray<KeyValuePair<string, byte[]>>.Builder states = ImmutableArray.CreateBuilder<KeyValuePair<string, byte[]>>();
        ImmutableArray<Device>.Builder devices = ImmutableArray.CreateBuilder<Device>();

        states.Add(new(topics.BridgeInfo, BridgeInfo(snapshot.Bridge, version, nonce)));
        LastKnown bridge = before.LastKnownOf(topics.Config(topics.BridgeIdentifier));
        devices.Add(BridgeDevice.Of(topics, version, bridge.Complete(snapshot.Bridge.Details).Page));
        foreach (PiSnapshot pi in snapshot.Pis)
        {
            states.Add(new(topics.PiState(pi.Id), PiState(pi, figures)));
            string config = topics.Config(topics.PiIdentifier(pi.Id));
            LastKnown last = before.LastKnownOf(config);
            devices.Add(last.Complete(PiDevice.Of(last.Complete(pi), topics, version, before.ComponentsOf(config))));
        }
        foreach (RadioSnapshot now in snapshot.Radios)
        {
            RadioSnapshot radio = before.LastKnownOf(topics.Config(topics.RadioIdentifier(now.Id))).Complete(now);
            states.Add(new(topics.RadioState(radio.Id), RadioState(radio, snapshot, figures)));
            devices.Add(RadioDevice.Of(radio, snapshot, topics, version));
        }
        return new RetainedSnapshot(states.ToImmutable(), devices.ToImmutable());
    }

    /// <param name="answers">The token of a claim.</param>
    public static byte[] BridgeInfo(BridgeSnapshot bridge, string version, string? nonce, string? answers = null) => Payload.Of(
        new BridgeInfoMessage
        {
            Version = version,
            InstanceId = bridge.InstanceId,
            Problem = !bridge.Problems.IsEmpty,
            Problems = [.. bridge.Problems],
            RadiosAttached = bridge.RadiosAttached,
            RadiosExpected = bridge.RadiosExpected,
            LogLevel = bridge.Details.LogLevel?.Name(),
            Nonce = nonce,
            Answers = answers,
        },
        BridgeInfoJson.Default.BridgeInfoMessage);

    private static byte[] PiState(PiSnapshot pi, MeasuredValues figures)
    {
        PiVitals? vitals = figures.Vitals(pi.Id, pi.Vitals);
        return Payload.Of(
            new PiStateMessage
            {
                Reachable = pi.Reachable,
                Mode = pi.Mode == PiMode.Link ? "link" : "stock",
                Address = pi.Address,
                Version = pi.Version,
                Update = new UpdateMessage(pi.Version, ProgramVersion.Text),
                RoundTripMs = figures.RoundTripMs($"pi/{pi.Id}", pi.RoundTrip),
                Temperature = vitals?.Temperature,
                UnderVoltage = vitals?.UnderVoltage,
                Load = vitals?.Load,
                UpSince = vitals?.Since,
                WifiSignal = vitals?.WifiSignal,
                Silenced = pi.SilencedUntil is not null,
                SilencedUntil = pi.SilencedUntil,
            },
            StateMessageJson.Default.PiStateMessage);
    }

    private static byte[] RadioState(RadioSnapshot radio, Snapshot snapshot, MeasuredValues figures)
    {
        StatusMeaning meaning = StatusMeaning.Of(radio, snapshot.Pis.FirstOrDefault(pi => pi.Id == radio.PiId));
        UrbFigures? urbs = figures.Urbs(radio.Id, radio.Urbs);
        var ports = new string?[RadioDevice.SerialPortsOf(radio)];
        for (int i = 0; i < ports.Length && i < radio.SerialPorts.Length; i++) ports[i] = radio.SerialPorts[i];
        return Payload.Of(
            new RadioStateMessage
            {
                Status = radio.Status.Name(),
                Connected = meaning.Connected,
                Problem = meaning.Problem,
                Explanation = meaning.Explanation,
                Reason = StateText.Clip(radio.Reason),
                Wanted = radio.Wanted,
                PluggedIn = radio.PluggedIn,
                Since = radio.Since,
                Disconnects = radio.Disconnects,
                LastDisconnectReason = StateText.Clip(radio.LastDisconnectReason),
                LastDisconnect = radio.LastDisconnect,
                LinkQuality = radio.Link?.Name(),
                Outages = radio.Outages,
                HeldSeconds = Seconds(radio.HeldTime),
                LastOutage = radio.LastOutage,
                LastOutageSeconds = radio.LastOutageTime is { } held ? Seconds(held) : null,
                SerialPorts = ports,
                RoundTripMs = figures.RoundTripMs($"radio/{radio.Id}", radio.RoundTrip),
                InUse = urbs?.IsRead,
                UsbErrors = urbs is { Counters: var failed } ? failed.BusErrors + failed.OtherErrors : null,
                DataRateIn = figures.Rate(radio.Id, passed => passed.Counters.InBytes),
                DataRateOut = figures.Rate(radio.Id, passed => passed.Counters.OutBytes),
                Urbs = UrbsMessage.Of(urbs),
            },
            StateMessageJson.Default.RadioStateMessage);
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 1);
}
