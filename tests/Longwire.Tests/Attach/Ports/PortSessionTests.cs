using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>One stick on its way to a port: what it waits for, and whose time that is.</summary>
public sealed class PortSessionTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly AttachKernel _kernel;
    private readonly HubAuthorization _hubs;
    private readonly TimerClock _clock = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ScriptedCarrier _carrier;
    private readonly DeviceIdentity _identity;
    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(100);
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PortNews _news;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _listening;

    public PortSessionTests()
    {
        _vhci = new FakeVhci(_sysfs);
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _hubs = new HubAuthorization(_kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        _news = new PortNews(_clock);
        _deadline = new CancellationTokenSource(AttachTimers.Attach, _clock);
        _carrier = new ScriptedCarrier { KernelEnd = _socket.SafeHandle };
        _vhci.Plug(0);
        _identity = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!.ReadIdentity()!;
        _vhci.Pull(0);
        string link = Path.Combine(_sysfs.Root.Dev, "serial/by-id/usb-Sigma_UZB_ZW0001-if00");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, "../../ttyACM0");
        _listening = ListenAsync();
    }

    [Fact]
    public async Task What_an_attempt_waits_for_its_turn_on_the_hub_is_the_others_time_and_not_its_own()
    {
        SemaphoreSlim turn = _kernel.Leases.TurnOf(_vhci.Host.ReadPort(0)!.Value);
        await turn.WaitAsync(Cancellation);
        Task<AttachOutcome> running = RunAsync();
        await _clock.Stopped.WaitAsync(s_patience, Cancellation);
        _clock.Advance(AttachTimers.Attach * 10);
        Assert.False(running.IsCompleted);
        Assert.Empty(_vhci.Writes);

        turn.Release();
        await UntilHandedOverAsync();
        // Its own ten seconds begin now, and one enumeration is less than that.
        ComeUp();
        await _up.Task.WaitAsync(s_patience, Cancellation);
        Assert.IsType<AttachOutcome.Lost>(await GoAsync(running));
    }

    [Fact]
    public async Task With_its_turn_an_attempt_has_its_own_time_and_no_more()
    {
        SemaphoreSlim turn = _kernel.Leases.TurnOf(_vhci.Host.ReadPort(0)!.Value);
        await turn.WaitAsync(Cancellation);
        Task<AttachOutcome> running = RunAsync();
        await _clock.Stopped.WaitAsync(s_patience, Cancellation);
        turn.Release();
        await UntilHandedOverAsync();
        _clock.Advance(AttachTimers.Attach - TimeSpan.FromMilliseconds(1));
        Assert.False(_deadline.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_deadline.IsCancellationRequested);
        await FreedAsync(running);
    }

    [Fact]
    public async Task A_stick_that_leaves_a_text_unanswered_has_the_time_for_that_after_its_turn_as_well()
    {
        _carrier.Figures = new CarrierFigures(null, null) { LeavesTextUnanswered = true };
        SemaphoreSlim turn = _kernel.Leases.TurnOf(_vhci.Host.ReadPort(0)!.Value);
        await turn.WaitAsync(Cancellation);
        Task<AttachOutcome> running = RunAsync();
        await _clock.Stopped.WaitAsync(s_patience, Cancellation);
        turn.Release();
        await UntilHandedOverAsync();
        _clock.Advance(AttachTimers.Attach + AttachTimers.UnansweredText - TimeSpan.FromMilliseconds(1));
        Assert.False(_deadline.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_deadline.IsCancellationRequested);
        await FreedAsync(running);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_carrier_that_ends_while_it_waits_for_its_turn_never_meets_the_kernel(bool silent)
    {
        SemaphoreSlim turn = _kernel.Leases.TurnOf(_vhci.Host.ReadPort(0)!.Value);
        await turn.WaitAsync(Cancellation);
        Task<AttachOutcome> running = RunAsync();
        await _clock.Stopped.WaitAsync(s_patience, Cancellation);
        _carrier.End = new CarrierEnd(silent ? CarrierEndCause.PeerSilent : CarrierEndCause.Closed, "it is over");
        turn.Release();
        IOException e = await Assert.ThrowsAnyAsync<IOException>(() => running.WaitAsync(s_patience, Cancellation));
        Assert.Equal("it is over", e.Message);
        Assert.Equal(silent, e is CarrierException { Outcome: AttachOutcome.Unreachable });
        Assert.Empty(_vhci.Writes);
        Assert.False(_kernel.Leases.IsOurs(0));
    }

    [Fact]
    public async Task A_module_that_was_just_loaded_is_given_the_time_to_make_its_root_hubs_and_they_are_held_before_the_stick_comes()
    {
        string hub = _vhci.HubFolder(3), aside = Path.Combine(_sysfs.Folder, "aside");
        Directory.Move(hub, aside);
        Task<AttachOutcome> running = RunAsync();
        for (int i = 0; i < 20; i++) await _clock.ExpireAsync(AttachTimers.HubHeldStep);
        Assert.Empty(_vhci.Writes);
        Directory.Move(aside, hub);
        await _clock.ExpireAsync(AttachTimers.HubHeldStep);
        await UntilHandedOverAsync();
        Assert.Equal("0", (await File.ReadAllTextAsync(Path.Combine(hub, "authorized_default"), Cancellation)).Trim());
        ComeUp();
        await _up.Task.WaitAsync(s_patience, Cancellation);
        Assert.IsType<AttachOutcome.Lost>(await GoAsync(running));
    }

    /// <summary>How a hub is not held, and the remedy.</summary>
    [Theory]
    [InlineData("no hub", "load the module again")]
    [InlineData("cannot be read", "run as root with a writable /sys")]
    [InlineData("cannot be set", "run as root with a writable /sys")]
    [InlineData("is set again", "stop what writes it")]
    public async Task Where_the_hub_is_not_held_no_stick_meets_the_kernel_and_the_attempt_fails_with_a_remedy(string manner, string remedy)
    {
        HubManners.Break(_vhci.HubFolder(3), manner);
        Task<AttachOutcome> running = RunAsync();
        for (int i = 0; i < AttachTimers.HubHeld / AttachTimers.HubHeldStep; i++)
        {
            Assert.False(running.IsCompleted);
            await _clock.ExpireAsync(AttachTimers.HubHeldStep);
        }
        IOException e = await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(s_patience, Cancellation));
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        // With what a status puts around it, it still fits into one.
        Assert.InRange(e.Message.Length, 1, 180);
        Assert.Empty(_vhci.Writes);
        Assert.False(_kernel.Leases.IsOurs(0));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listening;
        _end.Dispose();
        _deadline.Dispose();
        await _hubs.DisposeAsync();
        await _carrier.DisposeAsync();
        _socket.Dispose();
        _sysfs.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<AttachOutcome> RunAsync()
    {
        var request = new AttachRequest(AttachBench.Pi("attic"), ScriptedStick.Exported.BusId, LastCarrier: default, IsKnown: true);
        var store = new MemoryStore(new MemoryFile(_sysfs.Folder), _clock, NullLogger.Instance, _ => { });
        var session = new PortSession(
            new AttachmentReports(new AttachBench.ScriptedAttachment(request, _ => { }), _events.Writer, store),
            new AttachmentContext(_kernel, _hubs, _clock, NullLogger.Instance),
            _news,
            _carrier,
            _identity,
            new AttachDecision.Attach("r", SerialPorts: 1, LastPort: null, OthersPorts: []));
        return await Task.Run(() => session.RunAsync(_deadline, _end.Token));
    }

    private async Task ListenAsync()
    {
        try
        {
            await foreach (AttachEvent told in _events.Reader.ReadAllAsync(_end.Token))
            {
                if (told is AttachEvent.Recorded recorded) recorded.Remembered.TrySetResult();
                if (told is AttachEvent.CameUp) _up.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The story is over.
        }
    }

    private Task UntilHandedOverAsync() => Eventually.IsTrueAsync(
        () => _vhci.Writes.Any(write => write.StartsWith("attach 0 ", StringComparison.Ordinal)), () => "the stick is handed over");

    private void ComeUp()
    {
        _vhci.Plug(0, devId: ScriptedStick.Exported.DevId, authorized: false);
        _news.Hear(News("add"));
    }

    private async Task<AttachOutcome> GoAsync(Task<AttachOutcome> running)
    {
        _vhci.Pull(0);
        _news.Hear(News("remove"));
        return await running.WaitAsync(s_patience, Cancellation);
    }

    // The port is looked at in small steps until it is free.
    private async Task FreedAsync(Task<AttachOutcome> running)
    {
        _vhci.Set(0, 4);
        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(AttachTimers.PortReuseStep);
                return running.IsCompleted;
            },
            () => "the port is freed");
        // The clock has passed both the time for the enumeration and that of the attempt: which of them is seen first is open.
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => running);
        Assert.True(e is OperationCanceledException || e.Message.Contains("did not come up", StringComparison.Ordinal), e.Message);
    }

    private static Uevent News(string action) =>
        new() { Action = action, DevPath = "/devices/platform/vhci_hcd.0/usb3/3-1", Subsystem = "usb", DevType = "usb_device" };
}
