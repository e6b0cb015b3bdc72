using System.Diagnostics;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>The carrier over a real connection, as an attachment and a vhci port see it.</summary>
public sealed class StockCarrierTests
{
    private const string ClosedByPi = "the Pi closed the connection: the stick was unplugged, or its export stopped";

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_has_the_device_that_the_Pi_gave_and_its_stick_says_who_it_is()
    {
        var stick = new ScriptedStick();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(client => stick.ServeAsync(client));
        await using ICarrier carrier = await OpenAsync(usbipd);
        Assert.Equal(ScriptedStick.Exported, carrier.Device);
        DeviceIdentity identity = await carrier.ReadIdentityAsync(Cancelled);
        Assert.Equal(("0658:0200", "ZW0001"), (identity.Id.ToString(), identity.Serial));
        Assert.Null(carrier.ReadEnd());
    }

    [Fact]
    public async Task A_stick_that_does_not_answer_fails_by_its_own_silence_and_not_the_Pis()
    {
        var time = new FakeTimeProvider();
        var stick = new ScriptedStick { Answers = 2, FallenSilent = () => time.Advance(TimeSpan.FromSeconds(2)) };
        await using FakeUsbipd usbipd = FakeUsbipd.Start(client => stick.ServeAsync(client));
        await using ICarrier carrier = await OpenAsync(usbipd, time);
        var e = await Assert.ThrowsAsync<CarrierException>(() => carrier.ReadIdentityAsync(Cancelled).WaitAsync(s_deadline, Cancelled));
        AttachOutcome.Failed failed = Assert.IsType<AttachOutcome.Failed>(e.Outcome);
        Assert.False(failed.PiSlow);
        Assert.Matches("^reading .* not done within 2 s$", failed.Reason);
    }

    [Fact]
    public async Task A_connection_that_is_cut_while_the_stick_is_asked_is_an_IO_error()
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await GiveAsync(client);
            await client.ReceiveAsync(UrbHeader.Size);
            client.Reset();
        });
        await using ICarrier carrier = await OpenAsync(usbipd);
        await Assert.ThrowsAnyAsync<IOException>(() => carrier.ReadIdentityAsync(Cancelled).WaitAsync(s_deadline, Cancelled));
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, ClosedByPi), carrier.ReadEnd());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_close_and_a_reset_by_the_Pi_end_it_as_closed(bool reset)
    {
        var end = new TaskCompletionSource();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await GiveAsync(client);
            await end.Task.WaitAsync(s_deadline, Cancelled);
            if (reset) client.Reset();
        });
        await using ICarrier carrier = await OpenAsync(usbipd);
        Assert.Null(carrier.ReadEnd());
        end.SetResult();
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, ClosedByPi), await UntilEndAsync(carrier));
    }

    [Theory]
    [InlineData(TcpState.Established, 0, null)]
    [InlineData(TcpState.Established, 60_000, null)]
    [InlineData(TcpState.CloseWait, 3499, CarrierEndCause.Closed)]
    [InlineData(TcpState.Close, 3499, CarrierEndCause.Closed)]
    [InlineData(TcpState.Close, 3500, CarrierEndCause.PeerSilent)]
    [InlineData(TcpState.FinWait1, 3500, CarrierEndCause.PeerSilent)]
    [InlineData(TcpState.Close, -1, CarrierEndCause.Closed)]
    [InlineData(TcpState.Unknown, -1, CarrierEndCause.Closed)]
    internal void An_end_after_three_and_a_half_seconds_of_silence_is_the_Pis_silence(
        TcpState state, int silentMilliseconds, CarrierEndCause? cause)
    {
        CarrierEnd? end = StockCarrier.EndOf(new TcpInfo
        {
            State = state,
            LastAckReceived = silentMilliseconds < 0 ? null : TimeSpan.FromMilliseconds(silentMilliseconds),
            LastDataReceived = null,
            RoundTripTime = null,
            Unacked = null,
        });
        Assert.Equal(cause, end?.Cause);
        Assert.Equal(
            cause switch
            {
                null => null,
                CarrierEndCause.PeerSilent => "the Pi stopped answering",
                _ => ClosedByPi,
            },
            end?.Reason);
    }

    [Fact]
    public async Task Its_figures_are_the_connections_round_trip_and_last_ack_until_they_cannot_be_told()
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await GiveAsync(client);
            await client.StaySilentAsync();
        });
        await using ICarrier carrier = await OpenAsync(usbipd);
        CarrierFigures figures = carrier.ReadFigures();
        Assert.InRange(figures.RoundTrip!.Value, TimeSpan.FromMicroseconds(1), s_deadline);
        Assert.InRange(figures.LastAck!.Value, TimeSpan.Zero, s_deadline);
        await carrier.DisposeAsync();
        Assert.Equal(default, carrier.ReadFigures());
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, ClosedByPi), carrier.ReadEnd());
    }

    [Fact]
    public async Task Shutting_it_down_ends_it_for_the_Pi_while_another_copy_of_the_descriptor_lives_and_may_be_done_twice()
    {
        var left = new TaskCompletionSource<byte[]>();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await GiveAsync(client);
            left.SetResult(await client.ReceiveAsync(1));
        });
        await using ICarrier carrier = await OpenAsync(usbipd);
        carrier.Shutdown();
        Assert.Empty(await left.Task.WaitAsync(s_deadline, Cancelled));
        await UntilEndAsync(carrier);
        carrier.Shutdown();
        await carrier.DisposeAsync();
        carrier.Shutdown();
    }

    [Fact]
    public async Task The_kernel_is_given_the_connections_own_socket()
    {
        var stick = new ScriptedStick();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(client => stick.ServeAsync(client));
        await using ICarrier carrier = await OpenAsync(usbipd);
        await carrier.ReadIdentityAsync(Cancelled);
        using var copy = new SafeSocketHandle(carrier.Start(static () => { }).DangerousGetHandle(), ownsHandle: false);
        using var kernel = new Socket(copy);
        Assert.Equal(SocketType.Stream, kernel.SocketType);
        Assert.Equal(usbipd.Port, ((System.Net.IPEndPoint)kernel.RemoteEndPoint!).Port);
        // Between two messages: nothing of the questions is left to read.
        Assert.Equal(0, kernel.Available);
    }

    private static async Task GiveAsync(FakeClient client)
    {
        await client.ReceiveImportRequestAsync();
        await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
    }

    private static Task<ICarrier> OpenAsync(FakeUsbipd usbipd, TimeProvider? time = null) =>
        new StockCarrierOpener(time ?? TimeProvider.System).OpenAsync(
            new AttachRequest(
                AttachBench.Pi("attic") with { EndPoint = usbipd.EndPoint }, ScriptedStick.Exported.BusId, LastCarrier: default,
                IsKnown: false),
            _ => { },
            Cancelled);

    // The far side's segment is on its way through loopback.
    private static async Task<CarrierEnd> UntilEndAsync(ICarrier carrier)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (carrier.ReadEnd() is { } end) return end;
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_deadline);
            await Task.Delay(5, Cancelled);
        }
    }
}
