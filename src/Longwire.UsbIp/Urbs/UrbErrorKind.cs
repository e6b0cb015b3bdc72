namespace Longwire.UsbIp.Urbs;

/// <summary>What the status of a URB says went wrong.</summary>
internal enum UrbErrorKind
{
    /// <summary>Nothing: it succeeded, or it was taken back.</summary>
    None = 0,

    /// <summary>The endpoint stalled, which is how a device says "I do not have that".</summary>
    Stall,

    /// <summary>The device did not answer on the bus, or not as it should: a bad cable or hub, too little power, a hung stick.</summary>
    Bus,

    /// <summary>The device, or its session, is going.</summary>
    Gone,

    Other,
}
