using Longwire.Options;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach;

/// <summary>One attempt to attach one stick and, if it succeeds, its life until it is lost.</summary>
internal interface IAttachment
{
    public string PiId { get; }
    public BusId BusId { get; }

    /// <summary>News of the kernel, which may concern it or not. Never blocks.</summary>
    public void KernelChanged(Uevent uevent);

    /// <summary>Whether its Pi was heard on the radio's own connection since a moment (monotonic). Never blocks.</summary>
    public bool IsHeardSince(long moment);

    /// <inheritdoc cref="ICarrier.FarIsGone"/>
    public bool FarIsGone();

    /// <inheritdoc cref="ICarrier.StickIsAt"/>
    public void StickIsAt(BusId busId);

    /// <summary>End it: detach, clean up, then report <see cref="AttachEvent.Ended"/>.</summary>
    public void Cancel();
}

/// <param name="LastCarrier">Of this radio, as far as it is known.</param>
/// <param name="IsKnown">It is a radio that has said before who it is: nothing new is to be learnt from it.</param>
internal sealed record AttachRequest(PiOptions Pi, BusId BusId, CarrierMemory LastCarrier, bool IsKnown)
{
    /// <summary>How long a Pi that goes away is waited for, with the radio on its port; zero: not at all.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>It was taken away before, right after it was attached: a hold would hide it if that goes on.</summary>
    public bool IsContended { get; init; }

    /// <summary>A person wants it though another host has it, if that is away. Only a Pi to which we are paired can be asked so.</summary>
    public bool TakeOver { get; init; }

    /// <summary>What was written for the radio longer ago is not delivered any more when its Pi is back.</summary>
    public TimeSpan Stale { get; init; } = AttachOptions.Default.Stale;

    /// <inheritdoc cref="AttachOptions.Replug"/>
    public TimeSpan Replug { get; init; } = AttachOptions.Default.Replug;
}
