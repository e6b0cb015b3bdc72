using System.Diagnostics.CodeAnalysis;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Tests.Wire;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>Whatever a server says before it closes, the client ends with a result or an exception of the protocol.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class HostileServerTests
{
    private const int Rounds = 500;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_with_any_bytes_wrong_ends_well()
    {
        byte[] good = [.. DeviceListReply.Encode([Samples.Device, Samples.Device]), .. Samples.Notice.Encode()];
        var random = new Random(20_112);
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(Spoil(good, random));
        });
        await RunAsync(server, connection => connection.ListAsync(Cancelled));
    }

    [Fact]
    public async Task An_import_with_any_bytes_wrong_ends_well()
    {
        byte[] good = ImportReply.Encode(ScriptedStick.Exported);
        var random = new Random(20_113);
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(Spoil(good, random));
        });
        await RunAsync(server, connection => connection.ImportAsync(ScriptedStick.Exported.BusId, Cancelled));
    }

    [Fact]
    public async Task A_stick_with_any_bytes_of_its_descriptors_wrong_ends_well()
    {
        var random = new Random(20_114);
        await using FakeUsbipd server = FakeUsbipd.Start(client => new ScriptedStick
        {
            Twist = (_, _, header, data) => (header, data.Length > 0 && random.Next(2) == 0 ? Spoil(data, random) : data),
        }.ServeAsync(client));
        await RunAsync(server, async connection =>
        {
            ExportedDevice device = await connection.ImportAsync(ScriptedStick.Exported.BusId, Cancelled);
            await connection.ReadIdentityAsync(device, Cancelled);
        });
    }

    private static async Task RunAsync(FakeUsbipd server, Func<UsbIpConnection, Task> use)
    {
        int good = 0;
        for (int i = 0; i < Rounds; i++)
        {
            // The clock stands still: what hangs, hangs until the test is stopped.
            using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
                server.EndPoint, new ConnectOptions { TimeProvider = new SteppedClock() }, Cancelled);
            try
            {
                await use(connection);
                good++;
            }
            catch (UsbIpException)
            {
                // One of the protocol's own.
            }
        }
        Assert.InRange(good, 1, Rounds - 1);
    }

    private static byte[] Spoil(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
