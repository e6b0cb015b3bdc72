using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>A lost connection behind a port that stays, before a real socket: the test has the end that a kernel would have.</summary>
public sealed class HeldCarrierTests
{
    private const uint Waiting = 1;
    private const int Length = 64;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly SetupPacket s_setConfiguration = new(0, 9, 1, 0, 0);

    private readonly FakeTimeProvider _time = new();
    private readonly List<CmdSubmit> _asked = [];
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExportedDevice _second = ScriptedStick.Exported;
    private string _secondSerial = "ZW0001";
    private int _imports;
    private volatile CarrierHold? _heldLast;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_is_lost_is_made_again_behind_the_port_and_the_stick_is_configured_before_it_is_asked()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        await UntilAsync(() => Asked(default) >= 0);
        lock (_asked) _asked.Clear();
        Assert.Equal(2, carrier.ReadFigures().Urbs!.Value.Counters.Submits);
        Lose();
        await UntilAsync(() => _heldLast is not null && carrier.ReadHold() is null && Asked(default) >= 0);
        // They are the port's, whatever connection is behind it.
        Assert.Equal(2, carrier.ReadFigures().Urbs!.Value.Counters.Submits);
        Assert.StartsWith("the Pi closed the connection", _heldLast!.Reason, StringComparison.Ordinal);
        Assert.Null(carrier.ReadEnd());
        Assert.Equal(2, _imports);
        // The kernel's own question waits on, and is put again to the new session, after its configuration.
        Assert.InRange(Asked(s_setConfiguration), 0, Asked(default));
        Assert.False(kernel.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Another_serial_never_gets_the_port()
    {
        _secondSerial = "ZW0002";
        Assert.Contains("another stick is there now", await EndAfterLossAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_that_was_plugged_in_anew_has_its_port_again_where_its_program_notices_and_every_message_has_its_new_number()
    {
        _second = ScriptedStick.Exported with { DeviceNumber = 8 };
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        await UntilAsync(() => Asked(default) >= 0);
        lock (_asked) _asked.Clear();
        Lose();
        await UntilAsync(() => carrier.Reseats == 1 && carrier.ReadHold() is null && Asked(default) >= 0);
        Assert.InRange(Asked(s_setConfiguration), 0, Asked(default));
        lock (_asked) Assert.All(_asked, submit => Assert.Equal(_second.DevId, submit.DevId));
    }

    [Fact]
    public async Task When_the_hold_is_over_it_has_ended_by_what_began_it()
    {
        _second = ScriptedStick.Exported with { BusId = BusId.Parse("9-9") };
        Assert.StartsWith("the Pi closed the connection", await EndAfterLossAsync(holdSeconds: 8), StringComparison.Ordinal);
        Assert.InRange(_imports, 10, 18);
    }

    [Theory]
    [InlineData(false, 300)]
    [InlineData(true, 0)]
    public async Task What_is_not_up_yet_and_what_is_not_to_be_held_ends_with_its_connection(bool up, int holdSeconds)
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi, holdSeconds);
        if (holdSeconds == 0) Assert.IsType<StockCarrier>(carrier);
        using Socket kernel = await StartAsync(carrier, up);
        Lose();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Null(carrier.ReadHold());
        Assert.Equal(1, _imports);
        if (holdSeconds > 0) Assert.Equal(0, await kernel.ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(s_deadline, Cancelled));
    }

    // Two hosts that take a stick from each other would hide behind holds what each of them has to count.
    [Fact]
    public async Task A_connection_that_ends_within_10_s_of_its_beginning_is_not_waited_for()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        LoseAtOnce();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Null(_heldLast);
        Assert.Equal(1, _imports);
    }

    // After the other one's pause it had lasted for more than 10 s: it was taken back once more, and again, for as long as both ran.
    [Fact]
    public async Task A_stick_that_was_taken_away_before_is_waited_for_only_after_a_minute()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi, isContended: true);
        using Socket kernel = await StartAsync(carrier);
        _time.Advance(AttachTimers.Uncontended - TimeSpan.FromSeconds(1));
        LoseAtOnce();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Equal((null, 1), (_heldLast, _imports));
    }

    [Fact]
    public async Task A_stick_that_nobody_has_taken_away_for_a_minute_is_waited_for_again()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi, isContended: true);
        using Socket kernel = await StartAsync(carrier);
        _time.Advance(AttachTimers.Uncontended);
        LoseAtOnce();
        await UntilAsync(() => _imports == 2 && carrier.ReadHold() is null);
        Assert.Null(carrier.ReadEnd());
    }

    [Fact]
    public async Task Whoever_ends_it_while_it_waits_does_not_wait()
    {
        _second = ScriptedStick.Exported with { BusId = BusId.Parse("9-9") };
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        Lose();
        await UntilAsync(() => carrier.ReadHold() is not null);
        carrier.Shutdown();
        await carrier.DisposeAsync().AsTask().WaitAsync(s_deadline, Cancelled);
    }

    [Fact]
    public async Task A_Pi_that_has_forgotten_the_connection_is_asked_again_at_once()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        _time.Advance(AttachTimers.ReseatLasts);
        Assert.True(carrier.FarIsGone());
        await UntilAsync(() => _imports == 2 && carrier.ReadHold() is null);
        Assert.Null(carrier.ReadEnd());
    }

    /// <summary>After it has carried for long enough to be waited for.</summary>
    private void Lose()
    {
        _time.Advance(AttachTimers.ReseatLasts);
        LoseAtOnce();
    }

    // Whoever asks is told the truth: it would not be waited for.
    [Fact]
    public async Task A_Pi_that_has_forgotten_a_connection_that_has_just_begun_is_not_asked_again()
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi);
        using Socket kernel = await StartAsync(carrier);
        Assert.False(carrier.FarIsGone());
        Assert.Null(carrier.ReadHold());
    }

    private void LoseAtOnce() => _end.SetResult();

    private async Task<string> EndAfterLossAsync(int holdSeconds = 300)
    {
        await using FakeUsbipd pi = FakeUsbipd.Start(ServeAsync);
        await using ICarrier carrier = await OpenAsync(pi, holdSeconds);
        using Socket kernel = await StartAsync(carrier);
        Lose();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        // Nobody is told that it was resumed.
        Assert.NotNull(carrier.ReadHold());
        Assert.Equal(0, await kernel.ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(s_deadline, Cancelled));
        return carrier.ReadEnd()!.Reason;
    }

    private async Task ServeAsync(FakeClient client)
    {
        bool first = Interlocked.Increment(ref _imports) == 1;
        var stick = new ScriptedStick
        {
            Ignores = submit => Hear(submit) && submit.Ep != 0,
            Twist = (_, submit, header, data) => (submit.Setup == s_setConfiguration ? header with { Status = 0 } : header, data),
            Descriptors = { [0x0303] = ScriptedStick.Text(first ? "ZW0001" : _secondSerial) },
        };
        Task serving = stick.ServeAsync(client, first ? ScriptedStick.Exported : _second);
        if (!first)
        {
            try
            {
                await serving;
            }
            catch (UsbIpFormatException)
            {
                // Whoever was ended while it waits has connected, and asks for nothing any more.
            }
            return;
        }
        await Task.WhenAny(serving, _end.Task);
        client.Reset();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private int Asked(SetupPacket setup)
    {
        lock (_asked) return _asked.FindIndex(submit => submit.Setup == setup);
    }

    private bool Hear(CmdSubmit submit)
    {
        lock (_asked) _asked.Add(submit);
        return true;
    }

    private async Task<ICarrier> OpenAsync(FakeUsbipd pi, int holdSeconds = 300, bool isContended = false)
    {
        var opener = new StockCarrierOpener(_time);
        var request = new AttachRequest(
            AttachBench.Pi("attic") with { EndPoint = pi.EndPoint }, ScriptedStick.Exported.BusId, LastCarrier: default, IsKnown: false)
        {
            Hold = TimeSpan.FromSeconds(holdSeconds),
            IsContended = isContended,
        };
        ICarrier carrier = await opener.OpenAsync(request, _ => { }, Cancelled);
        await carrier.ReadIdentityAsync(Cancelled);
        return carrier;
    }

    /// <summary>The kernel has it, has set its configuration, and waits for what the radio says.</summary>
    private async Task<Socket> StartAsync(ICarrier carrier, bool up = true)
    {
        SafeHandle given = carrier.Start(() => _heldLast = carrier.ReadHold() ?? _heldLast);
#pragma warning disable CA2000 // The socket disposes of its handle.
        var kernel = new Socket(new SafeSocketHandle(Duplicate(given), ownsHandle: true));
#pragma warning restore CA2000
        if (carrier is StockCarrier) return kernel;
        await kernel.SendAsync(Submit(Waiting, UrbDirection.Out, 0, s_setConfiguration, 0), Cancelled);
        byte[] answer = new byte[UrbHeader.Size];
        int read = await kernel.ReceiveAsync(answer, Cancelled).AsTask().WaitAsync(s_deadline, Cancelled);
        Assert.Equal((UrbHeader.Size, 0), (read, RetSubmit.Parse(answer).Status));
        await kernel.SendAsync(Submit(Waiting + 1, UrbDirection.In, 2, default, Length), Cancelled);
        if (up) carrier.MayHold();
        return kernel;
    }

    private static byte[] Submit(uint seqnum, UrbDirection direction, uint ep, SetupPacket setup, int length)
    {
        byte[] header = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = ScriptedStick.Exported.DevId,
            Direction = direction,
            Ep = ep,
            TransferBufferLength = length,
            Setup = setup,
        }.Write(header);
        return header;
    }

    // As the kernel does, which takes a reference of its own.
    private static nint Duplicate(SafeHandle handle)
    {
        int copy = Tmds.Linux.LibC.dup((int)handle.DangerousGetHandle());
        Assert.InRange(copy, 0, int.MaxValue);
        return copy;
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancelled);
        }
    }
}
