using System.Net;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>How a Pi gives a stick, and how it does not.</summary>
public sealed class StockCarrierOpenerTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly SteppedClock _clock = new();
    private readonly List<string> _steps = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_what_it_does_and_comes_from_the_port_of_the_last_carrier()
    {
        int port = FreePort(), seen = 0;
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            seen = client.RemotePort;
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
            await client.StaySilentAsync();
        });
        await using ICarrier carrier = await OpenAsync(usbipd.EndPoint, new CarrierMemory(port));
        Assert.Equal(["connecting", "importing"], _steps);
        Assert.Equal((port, port), (seen, carrier.Memory.Value));
    }

    [Fact]
    public async Task Without_a_last_carrier_it_remembers_the_port_that_it_came_from()
    {
        int seen = 0;
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            seen = client.RemotePort;
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
            await client.StaySilentAsync();
        });
        await using ICarrier carrier = await OpenAsync(usbipd.EndPoint);
        Assert.Equal(seen, carrier.Memory.Value);
        Assert.NotEqual(default, carrier.Memory);
    }

    [Fact]
    public async Task Where_nobody_listens_the_Pi_is_unreachable()
    {
        var nobody = new DnsEndPoint("127.0.0.1", FreePort());
        AttachOutcome.Unreachable outcome = Assert.IsType<AttachOutcome.Unreachable>(await OutcomeAsync(nobody));
        Assert.StartsWith($"cannot connect to 127.0.0.1:{nobody.Port}: ", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(["connecting"], _steps);
    }

    [Fact]
    public async Task A_Pi_that_does_not_answer_the_connection_is_unreachable()
    {
        using BlackHole hole = BlackHole.Dig();
        Task<AttachOutcome> outcome = OutcomeAsync(hole.EndPoint);
        await _clock.ExpireAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(
            $"connecting to 127.0.0.1:{hole.Port} (127.0.0.1): no answer within 2 s",
            Assert.IsType<AttachOutcome.Unreachable>(await outcome).Reason);
    }

    [Fact]
    public async Task A_Pi_that_takes_the_connection_and_does_not_answer_the_import_is_slow()
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            _clock.Advance(TimeSpan.FromSeconds(2));
            await client.StaySilentAsync();
        });
        AttachOutcome.Failed failed = Assert.IsType<AttachOutcome.Failed>(await OutcomeAsync(usbipd.EndPoint));
        Assert.Equal(SlowPi.Reason($"importing 1-1.4 from 127.0.0.1:{usbipd.Port}: not done within 2 s"), failed.Reason);
        Assert.True(failed.PiSlow);
        Assert.Equal(["connecting", "importing"], _steps);
    }

    [Theory]
    [InlineData(UsbIpStatus.DeviceBusy)]
    [InlineData(UsbIpStatus.DeviceError)]
    [InlineData(UsbIpStatus.NoSuchDevice)]
    public async Task A_refusal_is_the_outcome_with_the_Pis_own_status(UsbIpStatus status)
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.EncodeRefusal(status));
        });
        Assert.Equal(new AttachOutcome.NotGiven(status), await OutcomeAsync(usbipd.EndPoint));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Pi_that_closes_the_connection_without_an_answer_gives_no_stick_and_that_has_its_sentence(bool reset)
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            if (reset) client.Reset();
        });
        AttachOutcome.Failed failed = Assert.IsType<AttachOutcome.Failed>(await OutcomeAsync(usbipd.EndPoint));
        Assert.Equal(
            "the Pi took the request for it and closed the connection without an answer: somebody else has it, or what serves it there "
            + $"failed; see the log there (127.0.0.1:{usbipd.Port} takes the connection from 127.0.0.1 and closes it without an answer)",
            failed.Reason);
        Assert.False(failed.PiSlow);
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_is_an_IO_error()
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported).AsMemory(0, 100));
        });
        await Assert.ThrowsAsync<UsbIpClosedException>(() => OpenAsync(usbipd.EndPoint));
    }

    [Fact]
    public async Task An_answer_to_another_question_is_an_IO_error_and_the_connection_is_closed()
    {
        var left = new TaskCompletionSource<byte[]>();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            var list = new byte[OpCommon.Size];
            new OpCommon(OpCode.ReplyDeviceList).Write(list);
            await client.SendAsync(list);
            left.SetResult(await client.ReceiveAsync(1));
        });
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => OpenAsync(usbipd.EndPoint));
        Assert.Empty(await left.Task.WaitAsync(s_deadline, Cancelled));
    }

    [Fact]
    public async Task Giving_up_while_the_Pi_thinks_closes_the_connection()
    {
        using var giveUp = new CancellationTokenSource();
        var left = new TaskCompletionSource<byte[]>();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await giveUp.CancelAsync();
            left.SetResult(await client.ReceiveAsync(1));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OpenUntilAsync(usbipd.EndPoint, default, giveUp.Token));
        Assert.Empty(await left.Task.WaitAsync(s_deadline, Cancelled));
    }

    private async Task<AttachOutcome> OutcomeAsync(DnsEndPoint endPoint) =>
        (await Assert.ThrowsAsync<CarrierException>(() => OpenAsync(endPoint))).Outcome;

    private Task<ICarrier> OpenAsync(DnsEndPoint endPoint, CarrierMemory lastCarrier = default) =>
        OpenUntilAsync(endPoint, lastCarrier, Cancelled);

    private Task<ICarrier> OpenUntilAsync(DnsEndPoint endPoint, CarrierMemory lastCarrier, CancellationToken giveUp) =>
        new StockCarrierOpener(_clock)
            .OpenAsync(
                new AttachRequest(
                    AttachBench.Pi("attic") with { EndPoint = endPoint }, ScriptedStick.Exported.BusId, lastCarrier, IsKnown: false),
                _steps.Add,
                giveUp)
            .WaitAsync(s_deadline, Cancelled);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
