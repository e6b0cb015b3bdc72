namespace Longwire.Export;

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

    /// <summary>The kernel refused to bind or recover it, or handling it failed; tried again with back-off.</summary>
    Failed,
}
