using Longwire.Export.Sticks;
using Longwire.Options;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>What enters the reconciler's one channel.</summary>
internal abstract record ExportMessage
{
    /// <summary>The kernel has news of this device.</summary>
    internal sealed record DeviceChanged(BusId BusId) : ExportMessage;

    /// <summary>News may have been lost, or this is the start: everything is to be looked at.</summary>
    internal sealed record LookAtAll : ExportMessage;

    /// <summary>Other options are in force.</summary>
    internal sealed record OptionsChanged(ExportOptions Options) : ExportMessage;

    /// <summary>A wait that was begun for this stick is over.</summary>
    internal sealed record WokenUp(ExportedStick Stick, CancellationTokenSource Wait) : ExportMessage;

    internal sealed record Inspected(ExportedStick Stick, Inspection Inspection) : ExportMessage;

    /// <summary>A bind or a recovery has ended.</summary>
    internal sealed record BindEnded(ExportedStick Stick, BindOutcome Outcome) : ExportMessage;

    internal sealed record ImportAsked(PendingImport Attempt) : ExportMessage;

    internal sealed record SessionEnded(Session Session) : ExportMessage;
}
