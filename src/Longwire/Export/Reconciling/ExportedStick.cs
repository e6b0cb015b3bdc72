using Longwire.Export.Sticks;
using Longwire.Platform;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>Where a plugged-in USB device stands with us.</summary>
internal enum StickState
{
    /// <summary>Not looked at yet, or the kernel has not given it a driver yet.</summary>
    New,

    /// <summary>Not named in the options and not recognised with certainty.</summary>
    NotWanted,

    /// <summary>A process has one of its ttys open.</summary>
    TtyOpen,

    /// <summary>With usbip-host, and not by us.</summary>
    BoundByOther,

    /// <summary>On its way to usbip-host.</summary>
    Binding,
    Offered,
    InUse,

    /// <summary>The kernel refused to bind or recover it; tried again with back-off.</summary>
    Failed,
}

/// <summary>What the reconciler knows of one bus id. Only the reconciler touches it.</summary>
internal sealed class ExportedStick(BusId busId, Backoff retries)
{
    public BusId BusId => busId;

    /// <summary>As last read; null until then.</summary>
    public SysfsUsbDevice? Device { get; set; }
    public DeviceIdentity? Identity { get; set; }
    public RadioChoice? Choice { get; set; }
    public StickState State { get; set; } = StickState.New;
    public Session? Session { get; set; }

    /// <summary>Bound to usbip-host by somebody else, and served by us all the same: at the stop it stays bound.</summary>
    public bool IsTakenOver { get; set; }

    /// <summary>Autosuspend was on when it was taken over.</summary>
    public bool SleptBefore { get; set; }

    /// <summary>A client that waits while the stick is recovered.</summary>
    public PendingImport? WaitingClient { get; set; }

    /// <summary>Work in the kernel is under way (a look, a bind): only one at a time.</summary>
    public bool IsBusy { get; set; }

    /// <summary>News came while it was busy: what that work has seen is already old.</summary>
    public bool LookAgain { get; set; }

    /// <summary>The kernel refused, and the back-off is not over: news of our own doing must not shorten it.</summary>
    public bool WaitsToRetry { get; set; }

    /// <summary>It stood without a driver at the last look.</summary>
    public bool SeenWithoutDriver { get; set; }

    public Backoff Retries => retries;

    /// <summary>The failure that was said last: a retry that fails the same way says nothing.</summary>
    public string? SaidFailure { get; set; }

    /// <summary>Ends the wait that was begun last; null if that is over.</summary>
    public CancellationTokenSource? Wait { get; set; }

    /// <summary>For the log: <c>Z-Wave (0658:0200 at 1-1)</c>.</summary>
    public override string ToString() =>
        Device is null ? $"the stick at {BusId}" : $"{Choice?.Name ?? Identity?.Product ?? "USB device"} ({Device.Id} at {BusId})";
}
