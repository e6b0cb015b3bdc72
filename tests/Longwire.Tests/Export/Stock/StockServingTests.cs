using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Longwire.Export;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Stock;

/// <summary>Stock clients over real connections.</summary>
public sealed class StockServingTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    [Fact]
    public async Task A_list_is_the_offers_and_behind_them_what_is_not_offered_and_why()
    {
        await OfferAsync();
        await _bench.PlugAsync("1-2", "046d:c31c", serial: null, tty: "ttyACM1");
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio, "1-2");
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            new DnsEndPoint("127.0.0.1", _bench.Port), ConnectOptions.Default, Cancellation);
        DeviceList list = await connection.ListAsync(Cancellation);
        Assert.Equal("1-1", Assert.Single(list.Devices).BusId.ToString());
        Assert.Equal(
            new NoticeEntry(BusId.Parse("1-2"), UsbId.Parse("046d:c31c"), NoticeReason.NotKnownRadio), Assert.Single(list.Notice!.Entries));
        Assert.Equal(ProgramVersion.Text, list.Notice.Version);
    }

    [Fact]
    public async Task An_import_hands_the_connection_to_the_kernel_and_its_end_offers_the_stick_again()
    {
        await OfferAsync();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        using (connection)
        {
            Assert.Equal(UsbIpStatus.Ok, status);
            Assert.Matches(@"^1-1/usbip_sockfd \d+$", _bench.Kernel.Lines.Last());
            await _bench.UntilReasonAsync(NoticeReason.InUse);
            Assert.Empty(_bench.Offered);

            // What the client says now is for the kernel: nobody of ours reads it, and it is not the end.
            await connection.SendAsync(new byte[48], Cancellation);
            (Socket second, UsbIpStatus busy) = await _bench.ImportAsync();
            second.Dispose();
            Assert.Equal(UsbIpStatus.DeviceBusy, busy);
        }
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.UntilOfferedAsync();
        Assert.True(_bench.Said("no longer served to 127.0.0.1"));
    }

    [Fact]
    public async Task A_session_that_does_not_end_with_its_connection_is_cut()
    {
        await OfferAsync();
        (Socket connection, _) = await _bench.ImportAsync();
        connection.Dispose();
        await _bench.UntilAsync(() => _bench.Kernel.Lines.Last() == "1-1/usbip_sockfd -1", "the session to be cut");
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task Of_many_who_want_it_at_once_exactly_one_gets_it()
    {
        await OfferAsync();
        for (int round = 0; round < 10; round++)
        {
            (Socket Connection, UsbIpStatus Status)[] all = await Task.WhenAll(
                Enumerable.Range(0, 6).Select(_ => Task.Run(() => _bench.ImportAsync())));
            Assert.Single(all, one => one.Status == UsbIpStatus.Ok);
            Assert.Equal(5, all.Count(one => one.Status == UsbIpStatus.DeviceBusy));
            foreach ((Socket connection, _) in all) connection.Dispose();
            _bench.Kernel.SetStatus("1-1", 1);
            await _bench.UntilOfferedAsync();
        }
    }

    [Fact]
    public async Task What_is_absent_is_no_such_device()
    {
        await OfferAsync();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync("1-9");
        connection.Dispose();
        Assert.Equal(UsbIpStatus.NoSuchDevice, status);
    }

    [Fact]
    public async Task An_import_of_a_stick_in_error_state_recovers_it_first()
    {
        await OfferAsync();
        _bench.Kernel.SetStatus("1-1", 3);
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
        Assert.Contains("usbip-host/unbind 1-1", _bench.Kernel.Lines);
    }

    [Fact]
    public async Task An_import_of_a_stick_that_cannot_be_recovered_is_a_device_error()
    {
        await OfferAsync();
        _bench.Kernel.Refuse = (attribute, _) => attribute == "usbip-host/bind" ? Errno.NoDevice : null;
        _bench.Kernel.SetStatus("1-1", 3);
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.DeviceError, status);
        await _bench.UntilReasonAsync(NoticeReason.ErrorState);
    }

    [Fact]
    public async Task A_kernel_that_refuses_the_socket_is_a_device_error_and_the_stick_stays_offered()
    {
        await OfferAsync();
        _bench.Kernel.Refuse = (attribute, _) => attribute == "1-1/usbip_sockfd" ? Errno.InvalidArgument : null;
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.DeviceError, status);
        Assert.Empty(await ExportBench.ReadToEndAsync(connection));
        connection.Dispose();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_closed_after_its_deadline_and_takes_nobodys_place()
    {
        await OfferAsync();
        var silent = new List<Socket>();
        for (int i = 0; i < 8; i++) silent.Add(await _bench.ConnectAsync());
        using Socket ninth = await _bench.ConnectAsync();
        await _bench.UntilSaidAsync("opens more connections");
        // What is said of a client comes before its time begins to run.
        await UntilClosedAsync(ninth, ExportTimers.Refusal);
        Assert.Empty(await ExportBench.ReadToEndAsync(ninth));

        foreach (Socket socket in silent) await UntilClosedAsync(socket, ExportTimers.Request);
        foreach (Socket socket in silent)
        {
            Assert.Empty(await ExportBench.ReadToEndAsync(socket));
            socket.Dispose();
        }
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
    }

    private Task UntilClosedAsync(Socket socket, TimeSpan patience) => _bench.UntilAsync(
        () =>
        {
            _bench.Time.Advance(patience / 10);
            return socket.Poll(0, SelectMode.SelectRead);
        },
        "a client to be closed");

    [Theory]
    [InlineData(OpCode.RequestDeviceList, OpCode.ReplyDeviceList)]
    [InlineData(OpCode.RequestImport, OpCode.ReplyImport)]
    public async Task A_request_for_which_there_is_no_place_is_told_so(OpCode request, OpCode reply)
    {
        await OfferAsync();
        var silent = new List<Socket>();
        for (int i = 0; i < PiOptions.ConnectionsAtOnce; i++) silent.Add(await _bench.ConnectAsync());
        byte[] answer = await AskAsync(Request(request, "1-1"));
        foreach (Socket socket in silent) socket.Dispose();
        Assert.Equal(new OpCommon(reply, UsbIpStatus.NotAvailable), OpCommon.Parse(answer));
        Assert.Equal(OpCommon.Size, answer.Length);
    }

    [Theory]
    [InlineData("zwave")]
    [InlineData("usbip-vudc.0")]
    [InlineData("../../etc/passwd")]
    [InlineData("..")]
    [InlineData("1-1/../1-1")]
    [InlineData("usb1")]
    [InlineData("Küche")]
    public async Task A_bus_id_of_no_host_is_no_such_device(string busId)
    {
        await OfferAsync();
        int writes = _bench.Kernel.Writes.Count;
        byte[] answer = await AskAsync(Request(OpCode.RequestImport, busId));
        Assert.Equal(new OpCommon(OpCode.ReplyImport, UsbIpStatus.NoSuchDevice), OpCommon.Parse(answer));
        Assert.Equal(writes, _bench.Kernel.Writes.Count);
        Assert.Contains("1-1", _bench.Offered);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x1b)]
    [InlineData(0xe9)]
    [InlineData(0xff)]
    public async Task A_bus_id_that_is_none_is_no_such_device(byte filling)
    {
        await OfferAsync();
        byte[] request = Request(OpCode.RequestImport, "1-1");
        request.AsSpan(OpCommon.Size).Fill(filling);
        Assert.Equal(new OpCommon(OpCode.ReplyImport, UsbIpStatus.NoSuchDevice), OpCommon.Parse(await AskAsync(request)));
    }

    [Theory]
    [InlineData(0x0111, 0x8002, 0x0002)]
    [InlineData(0x0111, 0x8004, 0x0004)]
    [InlineData(0x0106, 0x8003, 0x0003)]
    [InlineData(0x0200, 0x8005, 0x0005)]
    public async Task A_request_of_another_kind_or_version_is_told_so(ushort version, ushort code, ushort reply)
    {
        await OfferAsync();
        var request = new byte[OpCommon.Size];
        new OpCommon(version, (OpCode)code, UsbIpStatus.Ok).Write(request);
        Assert.Equal(new OpCommon((OpCode)reply, UsbIpStatus.UnexpectedError), OpCommon.Parse(await AskAsync(request)));
    }

    [Fact]
    public async Task What_is_no_request_at_all_is_closed_unanswered()
    {
        await OfferAsync();
        Assert.Empty(await AskAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()[..OpCommon.Size]));
    }

    [Fact]
    public async Task Who_waited_for_a_stick_in_vain_is_told_so()
    {
        await OfferAsync();
        using var hangs = new ManualResetEventSlim();
        _bench.Kernel.Refuse = (attribute, _) =>
        {
            if (attribute == "usbip-host/bind") hangs.Wait(TimeSpan.FromSeconds(20), Cancellation);
            return null;
        };
        _bench.Kernel.SetStatus("1-1", 3);
        using Socket socket = await _bench.ConnectAsync();
        await socket.SendAsync(Request(OpCode.RequestImport, "1-1"), Cancellation);
        await _bench.UntilAsync(() => socket.Available >= OpCommon.Size, "an answer");
        byte[] answer = await ExportBench.ReadToEndAsync(socket);
        hangs.Set();
        Assert.Equal(new OpCommon(OpCode.ReplyImport, UsbIpStatus.NotAvailable), OpCommon.Parse(answer));
    }

    [Fact]
    public async Task Every_prefix_of_a_request_and_garbage_are_survived()
    {
        await OfferAsync();
        var request = new byte[ImportRequest.Size];
        ImportRequest.Write(request, BusId.Parse("1-9"));
        for (int length = 0; length < request.Length; length++) await SendAndCloseAsync(request[..length]);
        var random = new Random(20260104);
        for (int round = 0; round < 300; round++)
        {
            byte[] mutated = [.. request];
            for (int hits = random.Next(1, 4); hits > 0; hits--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            await SendAndCloseAsync(mutated);
        }
        Assert.DoesNotContain(_bench.Log.Lines, line => line.Contains("fault of ours", StringComparison.Ordinal));
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
    }

    [Fact]
    public async Task A_request_in_single_bytes_is_a_request()
    {
        await OfferAsync();
        using Socket socket = await _bench.ConnectAsync();
        socket.NoDelay = true;
        var request = new byte[OpCommon.Size];
        new OpCommon(OpCode.RequestDeviceList).Write(request);
        foreach (byte one in request) await socket.SendAsync(new[] { one }, Cancellation);
        byte[] reply = await ExportBench.ReadToEndAsync(socket);
        Assert.Single(DeviceListReply.Parse(reply, out _));
    }

    [Fact]
    public async Task A_stranger_is_closed_unread_and_named_once()
    {
        _bench.Options = _bench.Options with { Stock = _bench.Options.Stock with { Allow = ["192.0.2.7"] } };
        await _bench.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            using Socket socket = await _bench.ConnectAsync();
            Assert.Empty(await ExportBench.ReadToEndAsync(socket));
        }
        Assert.Contains(
            "stock.allow",
            Assert.Single(_bench.Log.Lines, l => l.Contains("127.0.0.1 asked", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_nobody_allowed_the_port_stays_closed_and_one_sentence_says_what_to_set()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        _bench.Options = new ExportOptions { Stock = new StockExportOptions { Port = port } };
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilSaidAsync("stock.allow");
        Assert.Single(_bench.Log.Lines, l => l.Contains("stock.allow", StringComparison.Ordinal));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketException e = await Assert.ThrowsAsync<SocketException>(
            async () => await client.ConnectAsync(IPAddress.Loopback, port, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
    }

    [Fact]
    public async Task A_port_that_somebody_has_is_named_once_while_sticks_are_bound_and_taken_once_free()
    {
        using var other = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        other.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        _bench.Options = _bench.Options with { Stock = _bench.Options.Stock with { Port = port } };
        _bench.Sysfs.Plug();
        Task<ExportBench> started = _bench.StartAsync();
        await _bench.UntilSaidAsync("is taken by");
        await _bench.UntilOfferedAsync();
        Assert.False(started.IsCompleted);
        other.Dispose();
        await _bench.UntilAsync(() => started.IsCompleted, "the port to be listened on");
        await started;
        Assert.Single(_bench.Log.Lines, l => l.Contains("is taken by", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Accepted_connections_notice_a_dead_peer()
    {
        await OfferAsync();
        (Socket connection, _) = await _bench.ImportAsync();
        using (connection)
        {
            int descriptor = int.Parse(_bench.Kernel.Writes[^1].Text, System.Globalization.CultureInfo.InvariantCulture);
            using var served = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            Assert.Equal(3, served.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
            Assert.Equal(1, served.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
            Assert.Equal(3, served.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
            var timeout = new byte[4];
            served.GetRawSocketOption(6, 18, timeout);
            Assert.Equal(6000, BinaryPrimitives.ReadInt32LittleEndian(timeout));
            Assert.True(served.NoDelay);
        }
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task OfferAsync()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
    }

    private static byte[] Request(OpCode code, string busId)
    {
        var request = new byte[ImportRequest.Size];
        ImportRequest.Write(request, BusId.Parse(busId));
        new OpCommon(code).Write(request);
        return code == OpCode.RequestImport ? request : request[..OpCommon.Size];
    }

    private async Task<byte[]> AskAsync(byte[] request)
    {
        using Socket socket = await _bench.ConnectAsync();
        await socket.SendAsync(request, Cancellation);
        return await ExportBench.ReadToEndAsync(socket);
    }

    private async Task SendAndCloseAsync(byte[] bytes)
    {
        using Socket socket = await _bench.ConnectAsync();
        await socket.SendAsync(bytes, Cancellation);
        socket.Shutdown(SocketShutdown.Send);
        try
        {
            await ExportBench.ReadToEndAsync(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with bytes of ours unread.
        }
    }
}
