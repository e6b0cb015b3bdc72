using System.Collections.Immutable;
using System.Net;
using Longwire.Export.Sticks;
using Longwire.Options;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>What enters the reconciler's one channel.</summary>
internal abstract record ExportMessage
{
    /// <summary>The kernel has news of this device.</summary>
    /// <param name="HeardAt">Timestamp, taken before anything else was done.</param>
    internal sealed record DeviceChanged(BusId BusId, long HeardAt) : ExportMessage;

    /// <summary>News may have been lost, or this is the start: everything is to be looked at.</summary>
    internal sealed record LookAtAll : ExportMessage;

    /// <summary>Other options are in force.</summary>
    internal sealed record OptionsChanged(ExportOptions Options) : ExportMessage;

    /// <summary>The names of those who may ask have these addresses now. Who is served goes on being served.</summary>
    internal sealed record NamesResolved(ImmutableDictionary<string, ImmutableArray<IPAddress>> Addresses) : ExportMessage;

    /// <summary>A wait that was begun for this stick is over.</summary>
    /// <param name="Fault">Null: it went as it should.</param>
    internal sealed record WokenUp(ExportedStick Stick, CancellationTokenSource Wait, Exception? Fault) : ExportMessage;

    internal sealed record Inspected(ExportedStick Stick, Inspection Inspection) : ExportMessage;

    /// <summary>A bind or a recovery has ended.</summary>
    internal sealed record BindEnded(ExportedStick Stick, BindOutcome Outcome) : ExportMessage;

    /// <summary>A look, a bind or a recovery ended as nobody foresaw.</summary>
    internal sealed record WorkFaulted(ExportedStick Stick, Exception Fault) : ExportMessage;

    internal sealed record ImportAsked(PendingImport Import) : ExportMessage;

    internal sealed record ResetAsked(StickReset Reset) : ExportMessage;

    /// <summary>A stick was set anew, or was not.</summary>
    internal sealed record ResetEnded(ExportedStick Stick, StickReset Reset, BindOutcome Outcome) : ExportMessage;

    /// <param name="Fault">Null: it has ended. Else nobody can tell whether it has.</param>
    internal sealed record SessionEnded(Session Session, Exception? Fault) : ExportMessage;
}
