using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// A stick that was looked at and let go: what is remembered of it, so that it is not imported again at once. Known by where it sits and
/// what the list calls it; its device number changes with the reset that ends each import.
/// </summary>
/// <param name="listedAs">By the list; a Pi that mixes things up gives another one at the import.</param>
/// <param name="refusedReason">Null: not wanted; else why it was refused.</param>
/// <param name="at">When, in time since the reconciler's start.</param>
/// <param name="wait">For so long it is let be.</param>
internal sealed class RejectedStick(UsbId listedAs, Stick stick, string? refusedReason, TimeSpan at, TimeSpan wait)
{
    private readonly DeviceNumberHistory _numbers = new();

    public UsbId ListedAs { get; } = listedAs;

    /// <summary>By the import.</summary>
    public UsbId Id { get; } = stick.Id;

    public UsbPort Port { get; } = stick.Port;

    /// <summary>What it said: enough to tell whether it is wanted now, without another import.</summary>
    public DeviceIdentity? Identity { get; } = stick.Identity;

    /// <summary>Who it is, if it is known.</summary>
    public string? RadioId { get; } = stick.RadioId;

    /// <inheritdoc cref="Stick.InPlaceOf"/>
    public string? InPlaceOf { get; } = stick.InPlaceOf;
    public string? RefusedReason { get; } = refusedReason;
    public TimeSpan Wait { get; } = wait;
    public TimeSpan LookAgainAt => at + Wait;

    /// <summary>Missing from a list, and not because of the reset that ended our look.</summary>
    public bool IsGone(TimeSpan now) => now - at >= AttachTimers.StickGone;

    /// <inheritdoc cref="DeviceNumberHistory.IsReplugged"/>
    public bool IsReplugged(uint number) => _numbers.IsReplugged(number);
}
