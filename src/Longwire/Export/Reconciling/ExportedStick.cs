using Longwire.Export.Sticks;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>What the reconciler knows of one bus id. Only the reconciler touches it.</summary>
internal sealed class ExportedStick(BusId busId, Backoff retries, Recoveries recoveries)
{
    // Timestamps: of the latest news, for which 0 is none and the highest one that no look has seen; and of the latest look.
    private long _news, _seenFrom;
    private Inspection? _seen;

    public BusId BusId => busId;

    /// <summary>As last read; null until then.</summary>
    public SysfsUsbDevice? Device { get; set; }

    /// <summary>As last read of this device: a look that could not read it takes nothing back, for it cannot change.</summary>
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

    /// <summary>A host that wants it set anew, once nobody has it and no work is under way; null: none.</summary>
    public StickReset? Reset { get; set; }

    /// <summary>How it was set anew last.</summary>
    public ResetStep LastReset { get; set; }

    /// <summary>Until when, since the start, that is not done to it once more.</summary>
    public TimeSpan RestsUntil { get; set; }

    /// <summary>Work in the kernel is under way (a look, a bind): only one at a time.</summary>
    public bool IsBusy { get; set; }

    /// <summary>There is news that no look is known to have seen.</summary>
    public bool NeedsLook { get; private set; }

    /// <summary>A look at it has come to an end.</summary>
    public bool WasLookedAt { get; set; }

    /// <summary>The kernel refused, and the back-off is not over: news of our own doing must not shorten it.</summary>
    public bool WaitsToRetry { get; set; }

    /// <summary>It stood without a driver at the last look.</summary>
    public bool SeenWithoutDriver { get; set; }

    public Backoff Retries => retries;
    public Recoveries Recoveries => recoveries;

    /// <summary>The failure that was said last: a retry that fails the same way says nothing.</summary>
    public string? SaidFailure { get; set; }

    /// <summary>Ends the wait that was begun last; null if that is over.</summary>
    public CancellationTokenSource? Wait { get; set; }

    /// <summary>For the log: <c>Z-Wave (0658:0200 at 1-1)</c>.</summary>
    public string Label =>
        Device is null ? $"the stick at {BusId}" : $"{Choice?.Name ?? Identity?.Product ?? "USB device"} ({Device.Id} at {BusId})";

    /// <summary>As clients are told of it; null until it was read.</summary>
    public Offer? Offer => Device is { } device && Identity is { } identity ? new Offer(device, identity, State) : null;

    /// <summary>Only a look that begins from now on counts.</summary>
    public void WantLook() => (NeedsLook, _news) = (true, long.MaxValue);

    /// <summary>The kernel has news, and showed it before it said so: a look that began since has seen it.</summary>
    /// <param name="heardAt">Timestamp.</param>
    public void Changed(long heardAt)
    {
        if (heardAt >= _seenFrom) (NeedsLook, _news) = (true, Math.Max(_news, heardAt));
    }

    public void BeginLook() => ForgetNews();

    /// <summary>A look has ended; it counts unless there is news that it cannot have seen.</summary>
    public void See(Inspection seen)
    {
        if (NeedsLook && _news >= seen.BeganAt) return;
        ForgetNews();
        (WasLookedAt, _seen, _seenFrom) = (true, seen, seen.BeganAt);
    }

    /// <returns>What a look has seen and nothing followed from yet; null: nothing.</returns>
    public Inspection? TakeSeen()
    {
        Inspection? seen = _seen;
        _seen = null;
        return seen;
    }

    public void RefuseWaitingClient(UsbIpStatus status)
    {
        WaitingClient?.Refuse(status);
        WaitingClient = null;
    }

    /// <summary>What waits for it is not done.</summary>
    public void AnswerReset(ResetOutcome outcome)
    {
        Reset?.Answer(outcome);
        Reset = null;
    }

    public void EndWait()
    {
        Wait?.Cancel();
        Wait?.Dispose();
        Wait = null;
    }

    public override string ToString() => Label;

    private void ForgetNews() => (NeedsLook, _news) = (false, 0);
}
