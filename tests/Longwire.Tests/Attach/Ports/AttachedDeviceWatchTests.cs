using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Platform;
using Longwire.State;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>What is said of a radio that is attached, and why it was lost.</summary>
public sealed class AttachedDeviceWatchTests : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly FakeSysfs _sysfs = new();
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private readonly ScriptedCarrier _carrier = new();
    private readonly FakeVhci _vhci;
    private readonly HubAuthorization _hubs;
    private readonly SteppedClock _clock = new();
    private readonly AttachedDeviceWatch _watch;

    public AttachedDeviceWatchTests()
    {
        SteppedClock time = _clock;
        _vhci = new FakeVhci(_sysfs);
        var kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _hubs = new HubAuthorization(kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        _vhci.Plug(0);
        BusId local = BusId.Parse("3-1");
        SysfsUsbDevice device = UsbDevices.TryRead(_sysfs.Root, local)!;
        var store = new MemoryStore(new MemoryFile(_sysfs.Folder), time, NullLogger.Instance, _ => { });
        var attachment = new AttachBench.ScriptedAttachment(
            new AttachRequest(AttachBench.Pi("attic"), BusId.Parse("1-1.2"), LastCarrier: default, IsKnown: true), _ => { });
        _watch = new AttachedDeviceWatch(
            new AttachmentReports(attachment, _events.Writer, store),
            new AttachmentContext(kernel, _hubs, time, NullLogger.Instance),
            new AsyncAutoResetEvent(time),
            _carrier,
            new VhciAttachment(0, 65539, UsbSpeed.Full) { Local = local, LocalDeviceNumber = (int)device.DeviceNumber },
            device);
    }

    [Theory]
    [InlineData(true, "gone silent")]
    [InlineData(false, "closed")]
    public async Task A_loss_says_what_its_carrier_says_of_its_end(bool silent, string reason)
    {
        _carrier.End = new CarrierEnd(silent ? CarrierEndCause.PeerSilent : CarrierEndCause.Closed, reason);
        _vhci.Pull(0);
        Assert.Equal(new AttachOutcome.Lost(reason, PiSilent: silent) { PiClosed = !silent }, await LossAsync());
    }

    [Fact]
    public async Task A_loss_while_its_carrier_carries_is_the_kernels_doing()
    {
        _vhci.Pull(0);
        Assert.Equal(new AttachOutcome.Lost("the kernel removed the device", PiSilent: false), await LossAsync());
    }

    [Fact]
    public async Task What_the_carrier_measures_is_told()
    {
        var urbs = new UrbFigures(default, new AnswerTimes(2, TimeSpan.FromMilliseconds(6), TimeSpan.FromMilliseconds(5)), IsRead: true);
        _carrier.Figures = new CarrierFigures(TimeSpan.FromMilliseconds(3), TimeSpan.FromSeconds(1)) { Urbs = urbs };
        _vhci.Pull(0);
        await LossAsync();
        AttachEvent.Measured told =
            Assert.IsType<AttachEvent.Measured>(await _events.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal((TimeSpan.FromMilliseconds(3), urbs), (told.RoundTrip, told.Urbs));
    }

    [Fact]
    public async Task A_storm_of_URBs_is_told_with_the_figures_of_each_heartbeat_and_looked_for_no_sooner()
    {
        string count = Path.Combine(_sysfs.DeviceFolder("3-1", FakeVhci.Controller()), "urbnum");
        FakeSysfs.WriteFile(count, "1000\n");
        // Its name will stay, so nothing else is waited for.
        string link = Path.Combine(_sysfs.Root.Dev, "serial/by-id/usb-Sigma_UZB_ZW0001-if00");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, "../../ttyACM0");
        Task<AttachOutcome.Lost> watching = LossAsync();
        var told = new List<bool>();
        for (int beat = 1; beat <= 4; beat++)
        {
            await _clock.StartedAsync(AttachTimers.Heartbeat);
            FakeSysfs.WriteFile(count, $"{1000 + (beat * 600 * 30)}\n");
            _clock.Advance(AttachTimers.Heartbeat);
            told.Add(await NextMeasureAsync());
        }
        // The first was measured at its start.
        Assert.Equal([false, false, true, true], told);
        await _clock.StartedAsync(AttachTimers.Heartbeat);
        _vhci.Pull(0);
        _clock.Advance(AttachTimers.Heartbeat);
        await watching;
    }

    public async ValueTask DisposeAsync()
    {
        await _carrier.DisposeAsync();
        await _hubs.DisposeAsync();
        _sysfs.Dispose();
    }

    private async Task<bool> NextMeasureAsync()
    {
        while (true)
        {
            AttachEvent news = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken)
                .AsTask().WaitAsync(s_deadline, TestContext.Current.CancellationToken);
            if (news is AttachEvent.Measured measured) return measured.IsShortOfUrbs;
        }
    }

    private Task<AttachOutcome.Lost> LossAsync() =>
        _watch.UntilLostAsync(TestContext.Current.CancellationToken).WaitAsync(s_deadline, TestContext.Current.CancellationToken);
}
