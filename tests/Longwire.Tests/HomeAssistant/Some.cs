using Longwire.State;
using Longwire.UsbIp.Usb;

namespace Longwire.Tests.HomeAssistant;

/// <summary>Radios and Pis to begin with.</summary>
internal static class Some
{
    public const string RadioId = "0658_0200_ZW0001";

    public static PiSnapshot Pi { get; } = new() { Id = "attic", Name = "attic", Address = "192.0.2.7", Reachable = true };

    /// <summary>It says all of itself that a Pi can.</summary>
    public static PiSnapshot PairedPi { get; } = Pi with
    {
        Mode = PiMode.Link, Version = "0.1.0", Vitals = new PiVitals(48.3, false, 0.42, DateTimeOffset.UnixEpoch, -56),
    };

    public static RadioSnapshot Radio { get; } = new()
    {
        Id = RadioId,
        Name = "Z-Wave",
        PiId = "attic",
        UsbId = new UsbId(0x0658, 0x0200),
        Manufacturer = "Sigma Designs",
        Product = "UZB",
        Serial = "ZW0001",
        Status = RadioStatus.Attached,
        Wanted = true,
        PluggedIn = true,
        Since = new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero),
        Disconnects = 3,
        LastDisconnectReason = "the Pi was restarted",
        SerialPortCount = 1,
        SerialPorts = ["/dev/serial/by-id/usb-0658_0200-if00"],
        RoundTrip = TimeSpan.FromMilliseconds(2.345),
    };

    public static Snapshot Snapshot(params RadioSnapshot[] radios) => Snapshot("a1", radios);

    public static Snapshot Snapshot(string instanceId, params RadioSnapshot[] radios) =>
        new(new BridgeSnapshot(instanceId, []), [Pi], [.. radios]);
}
