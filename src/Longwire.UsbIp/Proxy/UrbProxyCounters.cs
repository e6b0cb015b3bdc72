using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What the proxy has done since it was made. Every URB counted by <see cref="Outs"/> is under way, held, or counted by exactly one of
/// <see cref="OutsDelivered"/>, <see cref="OutsStale"/>, <see cref="OutsClosed"/> and <see cref="OutsUnknown"/>.
/// </summary>
public record struct UrbProxyCounters
{
    /// <summary>OUT URBs of bulk and interrupt endpoints that the host gave us.</summary>
    public long Outs { get; internal set; }

    /// <summary>The far side's kernel took them, once each, with whatever status.</summary>
    public long OutsDelivered { get; internal set; }

    /// <summary>Held for too long, or for want of room.</summary>
    public long OutsStale { get; internal set; }

    /// <summary>Those of <see cref="OutsStale"/> that went because others needed their room.</summary>
    public long OutsForRoom { get; internal set; }

    /// <summary>Given up by the consumer: unlinked, or their port was closed while they were held.</summary>
    public long OutsClosed { get; internal set; }

    /// <summary>Sent, and the far session ended before an answer: nobody knows whether they arrived.</summary>
    public long OutsUnknown { get; internal set; }

    /// <summary>INs given up by the host that another IN took over.</summary>
    public long InsAdopted { get; internal set; }

    /// <summary>Bytes that the radio sent into an IN that the host had given up, and that nobody read.</summary>
    public long InBytesSwallowed { get; internal set; }

    /// <summary>Answers that the host got from us, not from the far side.</summary>
    public long AnsweredHere { get; internal set; }

    /// <summary>Answers of the far side that the host was not told, because it had its answer, or had never asked.</summary>
    public long AnswersSwallowed { get; internal set; }

    /// <summary>Settings that were sent again, or late, by us.</summary>
    public long ControlsRestored { get; internal set; }

    /// <summary>Those of <see cref="ControlsRestored"/> that the stick answered with an error.</summary>
    public long ControlsNotRestored { get; internal set; }

    /// <summary>URBs refused: isochronous ones, and those for which there was no room.</summary>
    public long Refused { get; internal set; }

    internal void Count(OutEnd end)
    {
        switch (end)
        {
            case OutEnd.Delivered:
                OutsDelivered++;
                break;
            case OutEnd.Stale:
                OutsStale++;
                break;
            case OutEnd.Closed:
                OutsClosed++;
                break;
            default:
                OutsUnknown++;
                break;
        }
    }
}
