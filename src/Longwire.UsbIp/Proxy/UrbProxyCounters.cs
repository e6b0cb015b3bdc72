using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What the proxy has done since it was made. Every URB counted by <see cref="Outs"/> is under way, held, or counted by exactly one of
/// <see cref="OutsDelivered"/>, <see cref="OutsStale"/>, <see cref="OutsClosed"/> and <see cref="OutsUnknown"/>.
/// </summary>
public record struct UrbProxyCounters
{
    /// <summary>URBs of every kind that the host gave us.</summary>
    public long Submits { get; internal set; }

    /// <summary>Those of <see cref="Submits"/> that the far side has answered, and the host was told.</summary>
    public long Completions { get; internal set; }

    /// <summary>URBs that the host took back, or wanted to.</summary>
    public long Unlinks { get; internal set; }

    /// <summary>Bytes of bulk and interrupt endpoints that the radio sent, and the host was given.</summary>
    public long InBytes { get; internal set; }

    /// <summary>Bytes of bulk and interrupt endpoints that the far side says the radio has taken.</summary>
    public long OutBytes { get; internal set; }

    /// <summary>Answers of the far side: the stick does not have that. Drivers ask for more than it has: some are no fault.</summary>
    public long Stalls { get; internal set; }

    /// <summary>Answers of the far side: the stick did not answer on its bus, or not as it should.</summary>
    public long BusErrors { get; internal set; }

    /// <summary>Answers of the far side: the stick is going. One for each URB that waits there.</summary>
    public long GoneErrors { get; internal set; }

    /// <summary>Answers of the far side with any other error.</summary>
    public long OtherErrors { get; internal set; }

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

    internal void CountStatus(int status)
    {
        switch (UrbStatus.KindOf(status))
        {
            case UrbErrorKind.None:
                break;
            case UrbErrorKind.Stall:
                Stalls++;
                break;
            case UrbErrorKind.Bus:
                BusErrors++;
                break;
            case UrbErrorKind.Gone:
                GoneErrors++;
                break;
            default:
                OtherErrors++;
                break;
        }
    }

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
