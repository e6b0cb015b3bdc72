using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Tests.Golden;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

public sealed class ImportTests
{
    private static readonly BusId s_golden = BusId.Parse("17-1");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stock_servers_recorded_answer_is_read()
    {
        ExportedDevice device = await ImportAsync(GoldenBytes.Read("session.reply")[..320]);
        Assert.Equal(0x00110002u, device.DevId);
        Assert.Equal("0658:0200", device.Id.ToString());
    }

    [Theory]
    [InlineData("import-busy.reply", UsbIpStatus.DeviceBusy, "the device is in use")]
    [InlineData("import-unknown.reply", UsbIpStatus.NoSuchDevice, "no such device")]
    public async Task The_stock_servers_recorded_refusals_carry_their_status(string name, UsbIpStatus status, string words)
    {
        var e = await Assert.ThrowsAsync<UsbIpRefusedException>(() => ImportAsync(GoldenBytes.Read(name)));
        Assert.Equal(status, e.Status);
        Assert.EndsWith($"refuses 17-1: {words}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_device_than_the_one_asked_for_is_a_protocol_error()
    {
        byte[] other = ImportReply.Encode(
            DeviceRecord.Parse(GoldenBytes.Read("session.reply").AsSpan(8)) with { BusId = BusId.Parse("18-1") });
        var e = await Assert.ThrowsAsync<UsbIpProtocolException>(() => ImportAsync(other));
        Assert.Contains("was asked for 17-1 and gives 18-1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_no_answer_to_an_import() =>
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => ImportAsync(GoldenBytes.Read("devlist-one.reply")));

    [Fact]
    public async Task An_answer_cut_anywhere_is_a_closed_connection()
    {
        foreach (int length in new[] { 0, 1, 7, 8, 9, 319 })
            await Assert.ThrowsAsync<UsbIpClosedException>(() => ImportAsync(GoldenBytes.Read("session.reply")[..length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(319)]
    public async Task A_server_that_falls_silent_meets_the_deadline(int after)
    {
        var clock = new SteppedClock();
        var e = await Assert.ThrowsAsync<TimeoutException>(() => ImportAsync(
            async client =>
            {
                await client.ReceiveImportRequestAsync();
                await client.SendAsync(GoldenBytes.Read("session.reply").AsMemory(0, after));
                clock.Advance(ClientTimers.ImportReply);
                await client.StaySilentAsync();
            },
            clock));
        Assert.Matches(@"^importing 17-1 from 127\.0\.0\.1:\d+: not done within 2 s$", e.Message);
    }

    [Fact]
    public async Task A_refused_connection_is_spent()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(GoldenBytes.Read("import-busy.reply"));
        });
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await Assert.ThrowsAsync<UsbIpRefusedException>(() => connection.ImportAsync(s_golden, Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ImportAsync(s_golden, Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled));
    }

    [Fact]
    public async Task A_socket_ends_with_its_connection()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        connection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => TcpInfo.Read(connection.Socket));
    }

    private static Task<ExportedDevice> ImportAsync(byte[] reply) => ImportAsync(
        async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(reply);
        },
        new SteppedClock());

    private static async Task<ExportedDevice> ImportAsync(Func<FakeClient, Task> script, TimeProvider clock)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(script);
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { TimeProvider = clock }, Cancelled);
        return await connection.ImportAsync(s_golden, Cancelled);
    }
}
