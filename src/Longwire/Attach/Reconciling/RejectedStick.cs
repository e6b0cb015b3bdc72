using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// A stick that was looked at and let go: what is remembered of it, so that it is not imported again at once. Known by where it sits and
/// what the list calls it; its device number changes with the reset that ends each import.
/// </summary>
/// <param name="ListedAs">By the list; a Pi that mixes things up gives another one at the import.</param>
/// <param name="Id">By the import.</param>
/// <param name="Identity">What it said: enough to tell whether it is wanted now, without another import.</param>
/// <param name="RadioId">Who it is, if it is known.</param>
/// <param name="RefusedReason">Null: not wanted; else why it was refused.</param>
/// <param name="At">When, in time since the reconciler's start.</param>
internal sealed record RejectedStick(
    UsbId ListedAs, UsbId Id, DeviceIdentity? Identity, string? RadioId, string? RefusedReason, TimeSpan At)
{
    public static RejectedStick Of(Stick stick, string? refusedReason, TimeSpan now) =>
        new(stick.ListedAs, stick.Id, stick.Identity, stick.RadioId, refusedReason, now);

    /// <summary>Whether a look at it is over so long that it may have become something else: a new firmware, a Pi put right.</summary>
    public bool IsOld(TimeSpan now) => now - At >= AttachTimers.LookAgain;

    /// <summary>Missing from a list, and not because of the reset that ended our look.</summary>
    public bool IsGone(TimeSpan now) => now - At >= AttachTimers.StickGone;
}
