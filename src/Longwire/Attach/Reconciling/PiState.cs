using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>One Pi as the reconciler knows it. Owned by the reconciler alone.</summary>
internal sealed class PiState(PiOptions options, IPiWatch watch)
{
    private TimeSpan _measuredAt;

    public PiOptions Options { get; set; } = options;
    public IPiWatch Watch { get; set; } = watch;

    /// <summary>Null until it was asked for the first time.</summary>
    public bool? Reachable { get; set; }
    public string? SilentReason { get; set; }

    /// <summary>Of the silence, while it is not reachable.</summary>
    public PiSilenceKind Silence { get; set; }

    /// <summary>Its latest answer, whole or not, for what of it cannot be used; null until it answers.</summary>
    public DeviceList? List { get; set; }

    public bool ListsTooMany => List?.Devices.Length > PiChanges.MostSticks;

    /// <summary>It is reachable, and did not answer what it was asked last; null once it answers.</summary>
    public string? SlowReason { get; set; }

    /// <summary>It took the connection and gave no list, since the last that it gave, and since the last loss on it.</summary>
    public bool ListUnanswered { get; set; }

    /// <summary>How many lists in a row did not come in time while a radio was missing.</summary>
    public int LateLists { get; set; }
    public TimeSpan? RoundTrip { get; set; }

    /// <summary>What serves its sticks. Stays as it is while it is away, or answers by halves.</summary>
    public PiServer Server { get; set; }

    /// <summary>Answers in a row after whose list neither a notice came nor an end.</summary>
    public int HalfAnswers { get; set; }

    /// <summary>What a Longwire says beside its list; null for all others, and while it is away.</summary>
    public LongwireListExtension? Notice { get; set; }

    /// <summary>What it says of its machine; null while it is away, and where it says nothing.</summary>
    public PiVitals? Vitals { get; set; }

    /// <summary>The same as it was told last: it is shown when that has its time.</summary>
    public PiVitals? LatestVitals { get; set; }

    /// <summary>When its power was last said to be low; null: never.</summary>
    public TimeSpan? PowerWasLowAt { get; set; }

    /// <summary>When it said that, since the start.</summary>
    public TimeSpan VitalsAt { get; set; }

    /// <summary>The latest list that was whole, for people; null while it gives none.</summary>
    public PiOffers? Offers { get; set; }

    /// <summary>What is there now: in the list, or with an attempt of ours on it.</summary>
    public Dictionary<BusId, Stick> Sticks { get; } = [];

    public RejectedSticks Rejected { get; } = new();
    public Retries Tries { get; } = new();

    /// <summary>
    /// No two answers take equally long: a figure that is newer by less than people are shown figures would be a snapshot for nothing.
    /// </summary>
    /// <param name="now">Since the reconciler's start.</param>
    public void Measure(TimeSpan roundTrip, TimeSpan now)
    {
        if (RoundTrip is not null && now - _measuredAt < AttachTimers.Heartbeat) return;
        (RoundTrip, _measuredAt) = (roundTrip, now);
    }

    public void TryAllAfresh()
    {
        Tries.Afresh();
        Rejected.Clear();
    }
}
