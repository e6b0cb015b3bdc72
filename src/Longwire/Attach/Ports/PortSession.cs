using System.Globalization;
using Longwire.Attach.Memory;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>
/// One stick on one vhci port, from choosing the port to freeing it. The stick has answered for itself before; here the kernel
/// meets it.
/// </summary>
internal sealed class PortSession(
    AttachmentReports reports,
    AttachmentContext around,
    PortNews news,
    ICarrier carrier,
    DeviceIdentity identity,
    AttachDecision.Attach verdict)
{
    public const string NoVhci = "the kernel has no vhci_hcd: load the module vhci-hcd (modprobe vhci-hcd)";

    private readonly VhciHost _vhci = around.Kernel.Vhci;
    private readonly ExportedDevice _device = carrier.Device;

    // As it is now: the kernel's own questions to the stick change it. One that cannot be told counts for the most.
    private readonly TimeSpan _patience = AttachTimers.EnumerateFor(carrier.ReadFigures());
    private readonly TimeSpan _within = AttachTimers.OnPort(carrier.ReadFigures());
    private VhciAttachment? _attached;
    private bool _handedOver;

    /// <param name="deadline">
    /// Runs while the radio comes up, but not while it waits for its turn on the root hub; taken back once it is up.
    /// </param>
    public async Task<AttachOutcome> RunAsync(CancellationTokenSource deadline, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            SysfsUsbDevice local = await EnumerateAsync(deadline, either.Token, cancellation);
            DeviceIdentity expected = ExpectedIdentity();
            var gate = new DriverGate(around.Kernel, news.Changed, expected, verdict.SerialPorts);
            if (await gate.OpenAsync(local, either.Token) is { } refused)
            {
                return refused;
            }
            carrier.Know(gate.Identity);
            if (gate.Identity.Unread != expected.Unread) await reports.KernelReadAsync(gate.Identity);
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            SysfsUsbDevice up = UsbDevices.TryRead(around.Kernel.Root, local.BusId)
                ?? throw new IOException("the stick went away while it came up");
            var watching = new AttachedDeviceWatch(reports, around, news.Changed, carrier, _attached!, up);
            if (await watching.UntilNamedAsync(cancellation) is { } early) return NeverUp(early);
            AttachOutcome.Lost loss = await watching.UntilLostAsync(cancellation);
            // Told before cleaning up: people must not wait for that.
            await reports.WentDownAsync(loss);
            return loss;
        }
        finally
        {
            if (_attached is not null) await FreeAsync(_attached);
        }
    }

    /// <summary>Nobody was told that it was there, so it is not lost: it failed to come.</summary>
    public static AttachOutcome NeverUp(AttachOutcome.Lost early) => early.PiSilent
        ? new AttachOutcome.Unreachable(early.Reason)
        : new AttachOutcome.Failed($"it was gone before its serial port had a name: {early.Reason}") { PiClosed = early.PiClosed };

    // Where the stick did not say its serial it is to have that of the radio it is taken for.
    private DeviceIdentity ExpectedIdentity() => verdict.Serial is { } serial
        ? identity with { Serial = serial, Unread = identity.Unread & ~DeviceTexts.Serial }
        : identity;

    private async Task<SysfsUsbDevice> EnumerateAsync(
        CancellationTokenSource deadline, CancellationToken either, CancellationToken cancellation)
    {
        if (!_vhci.IsPresent) throw new IOException(NoVhci);
        await WaitForLastPortAsync(either);
        var taken = new HashSet<int>();
        while (true)
        {
            VhciPort port = around.Kernel.Leases.Take(_device.Speed, verdict.LastPort, verdict.OthersPorts, taken)
                ?? throw new IOException(NoPort());
            _attached = new VhciAttachment(port.Number, _device.DevId, _device.Speed);
            await RecordAsync();
            // A crash from here on must find the record: the port outlives us.
            await reports.WhenRememberedAsync(either);
            SemaphoreSlim turn = around.Kernel.Leases.TurnOf(port);
            await WaitForTurnAsync(turn, deadline, either, cancellation);
            try
            {
                await EnsureHeldAsync(port, either);
                news.Follow(_vhci.LocalBusIdOf(port), _device.Id);
                ThrowIfEnded();
                if (HandOver(port)) return await UntilEnumeratedAsync(port, either);
                taken.Add(port.Number);
            }
            finally
            {
                // A port that did not come up is freed before the next on this hub has its turn.
                if (_attached is { Local: null }) await FreeAsync(_attached);
                turn.Release();
            }
        }
    }

    // Whom others keep waiting has lost nothing of its own time.
    private async Task WaitForTurnAsync(
        SemaphoreSlim turn, CancellationTokenSource deadline, CancellationToken either, CancellationToken cancellation)
    {
        deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        either.ThrowIfCancellationRequested();
        await turn.WaitAsync(cancellation);
        deadline.CancelAfter(_within);
    }

    // A module that was just loaded has its ports before its root hubs.
    private async Task EnsureHeldAsync(VhciPort port, CancellationToken cancellation)
    {
        long start = around.Time.GetTimestamp();
        while (await around.Hubs.EnsureHeldAsync(port, cancellation) is { } why)
        {
            if (around.Time.GetElapsedTime(start) >= AttachTimers.HubHeld) throw new IOException(why);
            await Task.Delay(AttachTimers.HubHeldStep, around.Time, cancellation);
        }
    }

    // It may have ended, or fallen silent, while it waited: such a peer must not meet the kernel.
    private void ThrowIfEnded()
    {
        if (carrier.ReadEnd() is not { } end) return;
        var ended = new IOException(end.Reason);
        throw end.Cause == CarrierEndCause.PeerSilent ? new CarrierException(new AttachOutcome.Unreachable(end.Reason), ended) : ended;
    }

    /// <summary>False: somebody else's attach came between our look and our write. The port is theirs.</summary>
    private bool HandOver(VhciPort port)
    {
        try
        {
            UsbSpeed speed = _vhci.Attach(port, carrier.Start(news.Changed.Raise), _device.DevId, _device.Speed);
            _attached = _attached! with { Speed = speed };
            return _handedOver = true;
        }
        catch (KernelRefusedException e) when (e.ErrorNumber == Errno.Busy)
        {
            return false;
        }
        catch (KernelRefusedException e)
        {
            throw new IOException(VhciRefusal.Of(e, _device.Speed), e);
        }
    }

    private async Task<SysfsUsbDevice> UntilEnumeratedAsync(VhciPort port, CancellationToken cancellation)
    {
        long start = around.Time.GetTimestamp();
        while (true)
        {
            if (_vhci.ReadPort(port.Number) is { State: VhciPortState.Used, LocalBusId: { } busId }
                && UsbDevices.TryRead(around.Kernel.Root, busId) is { } local)
            {
                _attached = _attached! with { Local = busId, LocalDeviceNumber = (int)local.DeviceNumber };
                await RecordAsync();
                return local;
            }
            TimeSpan left = _patience - around.Time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new IOException($"the stick answered us and then not the kernel: vhci port {port.Number} did not come up within "
                    + $"{_patience.TotalSeconds:0.0} s");
            await news.Changed.WaitAsync(left, cancellation);
        }
    }

    // The same port as last time, for by-path names hang on it; it may still be on its way to free.
    private async Task WaitForLastPortAsync(CancellationToken cancellation)
    {
        if (verdict.LastPort is not { } last) return;
        if (_vhci.ReadPort(last) is { } port) news.Follow(_vhci.LocalBusIdOf(port), _device.Id);
        long start = around.Time.GetTimestamp();
        while (around.Kernel.Leases.IsAboutToBeFree(last, _device.Speed))
        {
            TimeSpan left = AttachTimers.PortReuse - around.Time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                ILogger log = around.Logger.About("vhci", last.ToString(CultureInfo.InvariantCulture));
                AttachLog.AnotherPort(log, last, verdict.RadioId);
                return;
            }
            await news.Changed.WaitAsync(left, cancellation);
        }
    }

    private string NoPort()
    {
        List<VhciPort> ports = [.. _vhci.ReadPorts().Where(port => port.Hub == VhciHost.HubFor(_device.Speed))];
        int others = ports.Count(port => port.State != VhciPortState.Null && !around.Kernel.Leases.IsOurs(port.Number));
        return $"all {ports.Count} vhci ports for this speed are taken, {others} of them by others than Longwire: "
            + "detach what is not needed (usbip port; usbip detach -p N), or load vhci-hcd with more";
    }

    private async Task RecordAsync()
    {
        VhciAttachment now = _attached!;
        var record = new AttachRecord(
            around.Kernel.BootId, now.Port, now.DevId, (uint)now.Speed, now.Local?.ToString(), now.LocalDeviceNumber);
        await reports.RecordedAsync(record);
    }

    private async Task FreeAsync(VhciAttachment attached)
    {
        _attached = null;
        try
        {
            if (!_handedOver) return;
            // Ends what is ours and nothing else, in whatever state; our copy would keep the Pi from ever seeing the end.
            carrier.Shutdown();
            if (attached.Local is not null && !_vhci.DetachIfStill(attached)) AttachLog.PortNotOurs(AboutPort(attached), attached.Port);
            // The port is ours until its device is gone: who takes it earlier would wait at 005 for ever.
            long start = around.Time.GetTimestamp();
            while (_vhci.ReadPort(attached.Port) is { } port
                && !_vhci.IsReusable(port)
                && around.Time.GetElapsedTime(start) < AttachTimers.PortReuse)
                await news.Changed.WaitAsync(AttachTimers.PortReuseStep, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            AttachLog.DetachFailed(AboutPort(attached), attached.Port, e.Message);
        }
        finally
        {
            around.Kernel.Leases.Return(attached.Port);
        }
    }

    private ILogger AboutPort(VhciAttachment attached) => around.Logger.About("vhci", attached.Port.ToString(CultureInfo.InvariantCulture));
}
