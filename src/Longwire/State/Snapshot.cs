using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.State;

/// <summary>
/// All that is known at one moment. The reconciler makes a new one after each change; publishers (MQTT, log, health
/// check) read it and decide nothing.
/// </summary>
internal sealed record Snapshot(BridgeSnapshot Bridge, ImmutableArray<PiSnapshot> Pis, ImmutableArray<RadioSnapshot> Radios)
{
    /// <summary>Why a radio is not attached while Longwire is stopped.</summary>
    public const string StoppedReason = "Longwire is stopped";

    public static Snapshot Empty { get; } = new(new BridgeSnapshot("", ImmutableArray<string>.Empty), [], []);

    /// <summary>
    /// What is left to say once Longwire is stopped: nobody asks the Pis any more, and whatever was known of a radio, or was about to be
    /// done with it, is over.
    /// </summary>
    public Snapshot AfterStop() => this with
    {
        Bridge = Bridge with { RadiosAttached = 0, Stopped = true },
        // Its version stays: it says what is there, not how it is.
        Pis = [.. Pis.Select(pi => pi with { Reachable = null, RoundTrip = null, Offers = null, Vitals = null, SilentReason = null })],
        Radios = [.. Radios.Select(radio => radio.AfterStop())],
    };
}

/// <param name="InstanceId">Given once and kept in the data folder: tells two Longwires under one base topic apart.</param>
/// <param name="Problems">Sentences for a person, each with its remedy; empty when all is well.</param>
internal sealed record BridgeSnapshot(string InstanceId, ImmutableArray<string> Problems)
{
    /// <summary>Radios that a person wants attached: those that were detached on request do not count.</summary>
    public int RadiosExpected { get; init; }

    /// <summary>Those of <see cref="RadiosExpected"/> whose port is there.</summary>
    public int RadiosAttached { get; init; }

    /// <summary>
    /// The attach side was told to stop and has let every radio go: what stays in a broker must not promise that anything is under way.
    /// </summary>
    public bool Stopped { get; init; }

    /// <summary>Put in by the <see cref="StateFeed"/>, whoever makes the snapshot.</summary>
    public BridgeDetails Details { get; init; } = BridgeDetails.Unknown;
}

internal enum PiMode
{
    /// <summary>USB/IP to its usbipd, whoever wrote it.</summary>
    Stock,

    /// <summary>The encrypted, resumable link.</summary>
    Link,
}

internal sealed record PiSnapshot
{
    /// <summary>Slug of [a-zA-Z0-9_-], given once.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Address { get; init; }
    public PiMode Mode { get; init; } = PiMode.Stock;

    /// <summary>Null until it was asked for the first time.</summary>
    public bool? Reachable { get; init; }
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The version of Longwire that answers there; null for a stock usbipd.</summary>
    public string? Version { get; init; }

    /// <summary>The sticks of its latest list; null while it gives none.</summary>
    public PiOffers? Offers { get; init; }

    /// <summary>What its Longwire says of its machine; null while it is away, and where none says so.</summary>
    public PiVitals? Vitals { get; init; }

    /// <summary>
    /// Until then (wall clock) somebody works on it, and nothing of it and of its radios is a problem; null: nobody does.
    /// </summary>
    public DateTimeOffset? SilencedUntil { get; init; }

    /// <summary>Why it gives no list; null while it does, and until it was asked for the first time.</summary>
    public string? SilentReason { get; init; }
}

internal sealed record RadioSnapshot
{
    /// <summary>Slug of [a-zA-Z0-9_-], given once, never recomputed.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The Pi it was last seen on.</summary>
    public required string PiId { get; init; }
    public required UsbId UsbId { get; init; }

    /// <summary>The chain of hub ports where it was last seen on its Pi; null: nobody said.</summary>
    public string? PortChain { get; init; }
    public string? Manufacturer { get; init; }
    public string? Product { get; init; }
    public string? Serial { get; init; }
    public required RadioStatus Status { get; init; }

    /// <summary>
    /// The status is <c>held</c> for longer than 10 s: worth telling a person. The reconciler says so, by its monotonic clock and
    /// in a snapshot of its own: publishers keep no clocks.
    /// </summary>
    public bool HeldForLong { get; init; }

    /// <summary>It goes away again and again: a problem that stays while it does, also at the times when it is there.</summary>
    public bool Unstable { get; init; }

    /// <summary>
    /// Since the start nothing was learnt of it yet, neither that its port is there nor that it is not. The reconciler ends this after 8 s
    /// at the latest: a restart of Longwire must not look like a loss, and a Pi that is away must not look like a start for ever.
    /// </summary>
    public bool Undecided { get; init; }

    /// <summary>
    /// Longwire was told to stop and has let it go (<see cref="BridgeSnapshot.Stopped"/>): from here on nobody looks after it, and what
    /// was known of it is old. Its status is <c>detached</c>, which is not what a person wants here.
    /// </summary>
    public bool Stopped { get; init; }

    /// <summary>The technical reason behind the status, for <c>failed</c> and <c>refused</c> above all; null if none.</summary>
    public string? Reason { get; init; }

    /// <summary>What a person wants: true attached, false detached.</summary>
    public required bool Wanted { get; init; }

    /// <summary>
    /// Null where the Pi cannot say (a stock usbipd does not list what is in use or unbound). False while it is held: its Pi is back, and
    /// has it no more.
    /// </summary>
    public bool? PluggedIn { get; init; }

    /// <summary>Wall-clock time at which it was last attached, put right when the clock is set; null unless attached.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// What the clock said at that moment, right or wrong, and never changed: tells one attachment from the next. Null unless attached.
    /// </summary>
    public DateTimeOffset? CameUpAt { get; init; }

    /// <summary>Losses of the tty since the radio was first seen.</summary>
    public required long Disconnects { get; init; }
    public string? LastDisconnectReason { get; init; }

    /// <summary>Wall-clock time of the last of <see cref="Disconnects"/>; null if none, or if that is not known.</summary>
    public DateTimeOffset? LastDisconnect { get; init; }

    /// <summary>Times that its Pi was away and its port stayed, since the radio was first seen; with one that goes on.</summary>
    public long Outages { get; init; }

    /// <summary>How long <see cref="Outages"/> took together, without one that goes on.</summary>
    public TimeSpan HeldTime { get; init; }

    /// <summary>Wall-clock time at which the last of <see cref="Outages"/> began, put right when the clock is set; null if none.</summary>
    public DateTimeOffset? LastOutage { get; init; }

    /// <summary>How long that one took; null while it goes on, and if Longwire ended in it.</summary>
    public TimeSpan? LastOutageTime { get; init; }

    /// <summary>How many ttys the radio has (two for a Nortek HUSBZB-1); known before it is attached.</summary>
    public required int SerialPortCount { get; init; }

    /// <summary>
    /// One path per tty, in interface order: /dev/serial/by-id/… where that is ours alone, else by-path. Empty unless attached.
    /// </summary>
    public ImmutableArray<string> SerialPorts { get; init; } = [];

    /// <summary>Those of <see cref="SerialPorts"/> that may still change: udev, or another device's serial, has not come.</summary>
    public ImmutableArray<string> ProvisionalPorts { get; init; } = [];

    /// <summary>The Supervisor's apps that read this radio, as the options name them.</summary>
    public ImmutableArray<string> RestartApps { get; init; } = [];

    /// <summary>Smoothed TCP round-trip time of the radio's own connection; null unless attached.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Null where nothing is known of it, and of one that is not to be attached.</summary>
    public LinkQuality? Link { get; init; }

    /// <summary>Null unless attached, and where the kernel carries itself.</summary>
    public UrbFigures? Urbs { get; init; }

    /// <summary>
    /// The stick that takes its place if a person has it reattached now, for people; null: its own is there, or none or several could.
    /// </summary>
    public string? Successor { get; init; }

    /// <summary>
    /// The server on its Pi has room for fewer pending URBs than the driver here has: it is attached, and works badly or not at all.
    /// </summary>
    public bool IsShortOfUrbs { get; init; }

    // What a person wants detached is so in any case, and for that person's reason.
    internal RadioSnapshot AfterStop()
    {
        RadioSnapshot left = this with
        {
            PluggedIn = null,
            Undecided = false,
            HeldForLong = false,
            Unstable = false,
            Since = null,
            CameUpAt = null,
            SerialPorts = [],
            ProvisionalPorts = [],
            RoundTrip = null,
            Link = null,
            Urbs = null,
            Successor = null,
            IsShortOfUrbs = false,
        };
        return Wanted ? left with { Status = RadioStatus.Detached, Reason = Snapshot.StoppedReason, Stopped = true } : left;
    }

    /// <summary>Its port is there.</summary>
    public bool HasPort => Status is RadioStatus.Attached or RadioStatus.Held;
}
