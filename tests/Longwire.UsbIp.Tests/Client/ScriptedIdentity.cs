using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>Imports a scripted stick and asks it who it is.</summary>
internal static class ScriptedIdentity
{
    public static async Task<DeviceIdentity> ReadAsync(ScriptedStick stick, ExportedDevice? exported = null, TimeProvider? clock = null)
    {
        exported ??= ScriptedStick.Exported;
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client, exported));
        using UsbIpConnection connection = await ImportAsync(server, clock ?? new SteppedClock());
        return await connection.ReadIdentityAsync(exported, TestContext.Current.CancellationToken);
    }

    public static async Task<UsbIpConnection> ImportAsync(FakeUsbipd server, TimeProvider clock)
    {
        UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { TimeProvider = clock }, TestContext.Current.CancellationToken);
        await connection.ImportAsync(ScriptedStick.Exported.BusId, TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>An answer's header and data as a stall.</summary>
    public static (RetSubmit Header, byte[] Data) Stalled(RetSubmit header) =>
        (header with { Status = RetSubmit.Stall, ActualLength = 0 }, []);
}
