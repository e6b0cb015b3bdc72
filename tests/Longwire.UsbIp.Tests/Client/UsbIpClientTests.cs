using System.Net;
using System.Net.Sockets;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>A server with addresses of both families that knows us by one of them.</summary>
public sealed class UsbIpClientTests
{
    private static readonly IPAddress[] s_both = [IPAddress.IPv6Loopback, IPAddress.Loopback];

    private readonly ConnectOptions _options = new() { TimeProvider = new SteppedClock() };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_one_family_is_turned_away_the_other_is_asked(bool unread)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(GiveListAsync);
        await using var closed = new ClosedDoor(IPAddress.IPv6Loopback, server.Port, unread);
        DeviceList list = await ListAsync(server.Port, s_both);
        Assert.Equal((0, 1), (list.Devices.Length, closed.Knocks));
    }

    [Fact]
    public async Task Where_the_first_family_answers_the_other_is_not_asked()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(GiveListAsync);
        await using var closed = new ClosedDoor(IPAddress.IPv6Loopback, server.Port, unread: true);
        await ListAsync(server.Port, [IPAddress.Loopback, IPAddress.IPv6Loopback]);
        Assert.Equal(0, closed.Knocks);
    }

    [Fact]
    public async Task Where_both_are_turned_away_the_addresses_to_allow_are_named()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(TurnAwayAsync);
        await using var closed = new ClosedDoor(IPAddress.IPv6Loopback, server.Port, unread: true);
        var e = await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(server.Port, s_both));
        Assert.Equal(
            $"attic:{server.Port} takes the connection from ::1 and from 127.0.0.1 and closes it without an answer", e.Message);
        Assert.True(e.Unanswered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_of_one_family_or_one_that_cannot_be_reached_by_the_other_names_the_address_to_allow(bool both)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(TurnAwayAsync);
        IPAddress[] addresses = both ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        var e = await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(server.Port, addresses));
        Assert.Equal($"attic:{server.Port} takes the connection from 127.0.0.1 and closes it without an answer", e.Message);
    }

    [Fact]
    public async Task An_import_is_asked_of_the_other_family_too_and_its_connection_is_the_callers()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
            await client.StaySilentAsync();
        });
        await using var closed = new ClosedDoor(IPAddress.IPv6Loopback, server.Port, unread: true);
        BusId busId = ScriptedStick.Exported.BusId;
        (UsbIpConnection connection, ExportedDevice device) = await AskAsync(
            server.Port, s_both, async connection => (connection, await connection.ImportAsync(busId, Cancelled)));
        using (connection) Assert.Equal((busId, AddressFamily.InterNetwork), (device.BusId, connection.RemoteEndPoint.AddressFamily));
    }

    // What was answered, was answered: nobody else is asked.
    [Theory]
    [InlineData("0111000500000005", typeof(UsbIpRefusedException))]
    [InlineData("48545450", typeof(UsbIpClosedException))]
    [InlineData("485454502f312e31", typeof(UsbIpProtocolException))]
    public async Task An_answer_of_any_kind_is_the_answer(string hex, Type type)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(Convert.FromHexString(hex));
        });
        await using var closed = new ClosedDoor(IPAddress.IPv6Loopback, server.Port, unread: true);
        Exception e = await Assert.ThrowsAnyAsync<UsbIpException>(() => ListAsync(server.Port, [IPAddress.Loopback, .. s_both]));
        Assert.IsType(type, e);
        Assert.False(e is UsbIpClosedException { Unanswered: true });
        Assert.Equal(0, closed.Knocks);
    }

    private static async Task GiveListAsync(FakeClient client)
    {
        await client.ReceiveListRequestAsync();
        await client.SendAsync(DeviceListReply.Encode([]));
    }

    private static async Task TurnAwayAsync(FakeClient client)
    {
        await client.ReceiveListRequestAsync();
        client.Reset();
    }

    private Task<DeviceList> ListAsync(int port, IPAddress[] addresses) => AskAsync(
        port,
        addresses,
        async connection =>
        {
            using (connection) return await connection.ListAsync(Cancelled);
        });

    private Task<T> AskAsync<T>(int port, IPAddress[] addresses, Func<UsbIpConnection, Task<T>> question) => UsbIpClient.AskAsync(
        new Connector(new DnsEndPoint("attic", port), _options, (_, _, _) => Task.FromResult(addresses)), _options, question, Cancelled);

    /// <summary>Takes connections at one address and closes them, with what was asked unread (a reset) or read (an end).</summary>
    private sealed class ClosedDoor : IAsyncDisposable
    {
        private readonly Socket _listener;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public ClosedDoor(IPAddress address, int port, bool unread)
        {
            _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(address, port));
            _listener.Listen();
            _running = RunAsync(unread);
        }

        public int Knocks { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task RunAsync(bool unread)
        {
            try
            {
                while (true)
                {
                    using Socket socket = await _listener.AcceptAsync(_stop.Token);
                    Knocks++;
                    if (!unread) await socket.ReceiveAsync(new byte[OpCommon.Size], _stop.Token);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
