using System.Buffers.Binary;
using System.Net;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Tests.Golden;
using Longwire.UsbIp.Tests.Wire;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

public sealed class ListTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stock_servers_recorded_list_is_read_and_has_no_notice()
    {
        DeviceList list = await ListAsync(GoldenBytes.Read("devlist-configured.reply"));
        Assert.Equal(["18-1", "17-1"], list.Devices.Select(device => device.BusId.ToString()));
        Assert.Equal(2, list.Devices[1].Interfaces.Length);
        Assert.Null(list.Notice);
        Assert.True(list.IsEnd);
    }

    [Fact]
    public async Task A_longwires_notice_is_read()
    {
        DeviceList list = await ListAsync([.. DeviceListReply.Encode([Samples.Device]), .. Samples.Notice.Encode()]);
        Assert.Single(list.Devices);
        Assert.Equal(Samples.Notice, list.Notice);
    }

    [Fact]
    public async Task One_byte_at_a_time_is_the_same_list()
    {
        byte[] bytes = [.. DeviceListReply.Encode([Samples.Device, Samples.Device]), .. Samples.Notice.Encode()];
        DeviceList list = await ListAsync(
            async client =>
            {
                await client.ReceiveListRequestAsync();
                await client.SendByteByByteAsync(bytes);
            },
            new SteppedClock());
        Assert.Equal(2, list.Devices.Length);
        Assert.Equal(Samples.Notice, list.Notice);
    }

    [Fact]
    public async Task A_server_that_stays_open_behind_its_list_sends_no_notice_in_time()
    {
        var clock = new SteppedClock();
        Task<DeviceList> list = ListAsync(
            async client =>
            {
                await client.ReceiveListRequestAsync();
                await client.SendAsync(DeviceListReply.Encode([Samples.Device]));
                await client.StaySilentAsync();
            },
            clock);
        await clock.ExpireAsync(ClientTimers.Notice);
        Assert.Null((await list).Notice);
        // It may be a Longwire that is late.
        Assert.False((await list).IsEnd);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("01", false)]
    [InlineData("0000000000000000", true)]
    [InlineData("01060000000000004c57", true)] // another version
    [InlineData("01114c5700000001", true)] // a status
    public async Task What_follows_a_list_and_is_no_notice_is_ignored(string hex, bool end)
    {
        DeviceList list = await ListAsync([.. DeviceListReply.Encode([Samples.Device]), .. Convert.FromHexString(hex)]);
        Assert.Single(list.Devices);
        Assert.Null(list.Notice);
        Assert.Equal(end, list.IsEnd);
    }

    [Fact]
    public async Task A_reset_behind_the_list_leaves_the_list_and_says_nothing_of_a_notice()
    {
        var clock = new SteppedClock();
        DeviceList list = await ListAsync(
            async client =>
            {
                await client.ReceiveListRequestAsync();
                await client.SendAsync(DeviceListReply.Encode([Samples.Device]));
                // The list has been read when the wait for what follows begins; before that a reset would throw it away.
                await clock.StartedAsync(ClientTimers.Notice);
                client.Reset();
            },
            clock);
        Assert.Single(list.Devices);
        Assert.Null(list.Notice);
        Assert.False(list.IsEnd);
    }

    [Fact]
    public async Task A_notice_that_has_begun_must_be_whole()
    {
        byte[] notice = Samples.Notice.Encode();
        await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync([.. DeviceListReply.Encode([]), .. notice[..^1]]));
    }

    [Fact]
    public async Task A_notice_that_lies_about_its_length_is_malformed()
    {
        byte[] notice = Samples.Notice.Encode();
        BinaryPrimitives.WriteUInt32BigEndian(notice.AsSpan(8), 0xffffffff);
        await Assert.ThrowsAsync<UsbIpFormatException>(() => ListAsync([.. DeviceListReply.Encode([]), .. notice]));
    }

    [Fact]
    public async Task A_list_of_10000_devices_is_refused_before_it_is_read()
    {
        var e = await Assert.ThrowsAsync<UsbIpFormatException>(() => ListAsync(Convert.FromHexString("011100050000000000002710")));
        Assert.Contains("10000", e.Message, StringComparison.Ordinal);
        Assert.Contains("1024", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_cut_anywhere_is_a_closed_connection()
    {
        byte[] whole = DeviceListReply.Encode([Samples.Device]);
        // Where the pieces meet, and the middle of each.
        foreach (int length in new[] { 0, 1, 7, 8, 9, 11, 12, 13, 200, 323, 324, 327, 331 })
            await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(whole[..length]));
    }

    [Fact]
    public async Task A_server_that_resets_is_a_closed_connection()
    {
        await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(
            async client =>
            {
                await client.ReceiveListRequestAsync();
                client.Reset();
            },
            new SteppedClock()));
    }

    [Fact]
    public async Task A_device_that_announces_more_interfaces_than_it_sends_is_a_closed_connection()
    {
        byte[] bytes = DeviceListReply.Encode([Samples.Device]);
        bytes[12 + 311] = 255;
        await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(bytes));
    }

    [Fact]
    public async Task Another_protocol_is_a_protocol_error() =>
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => ListAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));

    [Fact]
    public async Task A_refusal_carries_its_status()
    {
        var e = await Assert.ThrowsAsync<UsbIpRefusedException>(() => ListAsync(Convert.FromHexString("0111000500000005")));
        Assert.Equal(UsbIpStatus.UnexpectedError, e.Status);
    }

    [Theory]
    [InlineData(0, "reading the device list of attic")]
    [InlineData(12, "reading device 1 of 2 from attic")]
    public async Task A_server_that_falls_silent_meets_the_deadline_and_the_step_is_named(int after, string step)
    {
        var e = await Assert.ThrowsAsync<TimeoutException>(() => StallAsync(Stalling, after, step));
        Assert.Equal($"{step}: not done within 2 s", e.Message);
    }

    [Theory]
    [InlineData(12 + 312 + 8, "reading device 2 of 2 from attic", 1)]
    [InlineData(12 + 312 + 8 + 312 + 8 + 8, "reading the notice of attic", 2)]
    public async Task A_server_that_falls_silent_within_its_list_has_given_what_came_whole(int after, string step, int came)
    {
        DeviceList list = await StallAsync(Stalling, after, step);
        Assert.Equal((came, 0), (list.Devices.Length, list.Odd.Length));
        Assert.Equal(($"{step}: not done within 2 s", null, false), (list.CutShort, list.Notice, list.IsEnd));
        // Its first stick cannot be used: that is named all the same.
        byte[] odd = [.. Stalling];
        odd[12] = 0xe9;
        list = await StallAsync(odd, after, step);
        Assert.Equal((came - 1, 1), (list.Devices.Length, list.Odd.Length));
        Assert.Equal($"{step}: not done within 2 s", list.CutShort);
    }

    private static byte[] Stalling => [.. DeviceListReply.Encode([Samples.Device, Samples.Device]), .. Samples.Notice.Encode()];

    private static async Task<DeviceList> StallAsync(byte[] bytes, int after, string step)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(bytes.AsMemory(0, after));
            await client.StaySilentAsync();
        });
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        var clock = new SteppedClock();
        using var deadline = new StepDeadline("reading the device list of attic", ClientTimers.ListReply, clock, Cancelled);
        var reader = new ListReader(new ExactPeer(new SocketStream(connection.Socket), "attic"), clock, Cancelled);
#pragma warning disable CA2025 // Awaited before what it uses is disposed of.
        Task<DeviceList> list = deadline.RunAsync(() => reader.ReadAsync(deadline));
#pragma warning restore CA2025
        while (deadline.Step != step && !list.IsCompleted) await Task.Yield();
        clock.Advance(ClientTimers.ListReply);
        return await list;
    }

    [Fact]
    public async Task A_server_that_keeps_the_bytes_dripping_meets_the_deadline_all_the_same()
    {
        var clock = new SteppedClock();
        await Assert.ThrowsAsync<TimeoutException>(() => ListAsync(
            async client =>
            {
                await client.ReceiveListRequestAsync();
                foreach (byte one in DeviceListReply.Encode([Samples.Device]))
                {
                    await client.SendAsync(new[] { one });
                    clock.Advance(TimeSpan.FromMilliseconds(500));
                }
                await client.StaySilentAsync();
            },
            clock));
    }

    [Fact]
    public async Task Cancelling_is_not_a_deadline()
    {
        using var cancel = new CancellationTokenSource();
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await cancel.CancelAsync();
            await client.StaySilentAsync();
        });
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.ListAsync(cancel.Token));
    }

    [Fact]
    public async Task A_connection_is_good_for_one_list()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(DeviceListReply.Encode([]));
        });
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await connection.ListAsync(Cancelled);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ListAsync(Cancelled));
    }

    private static Task<DeviceList> ListAsync(byte[] reply) => ListAsync(
        async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(reply);
        },
        new SteppedClock());

    private static async Task<DeviceList> ListAsync(Func<FakeClient, Task> script, TimeProvider clock)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(script);
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            new DnsEndPoint("127.0.0.1", server.Port), new ConnectOptions { TimeProvider = clock }, Cancelled);
        return await connection.ListAsync(Cancelled);
    }
}
