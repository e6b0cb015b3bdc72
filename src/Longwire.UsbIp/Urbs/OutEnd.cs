namespace Longwire.UsbIp.Urbs;

/// <summary>What became of an OUT URB: each has exactly one end.</summary>
internal enum OutEnd
{
    None = 0,

    /// <summary>The far side's kernel took it, once.</summary>
    Delivered,

    /// <summary>It was held for too long, or there was no room to hold it.</summary>
    Stale,

    /// <summary>Its consumer gave it up: by an unlink, or by closing the port.</summary>
    Closed,

    /// <summary>It was sent, and the far session ended before an answer.</summary>
    Unknown,
}
