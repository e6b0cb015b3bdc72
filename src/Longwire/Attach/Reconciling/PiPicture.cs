using System.Collections.Immutable;
using Longwire.State;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// All of a Pi that anything else follows from. Most lists say what the one before said: a Pi that is asked every other second for weeks
/// must not have everything looked at each time. Two are equal if nothing can follow from the difference.
/// </summary>
internal sealed record PiPicture
{
    private bool? Reachable { get; init; }
    private string? SilentReason { get; init; }
    private string? SlowReason { get; init; }
    private TimeSpan? RoundTrip { get; init; }
    private PiServer Server { get; init; }
    private LongwireListExtension? Notice { get; init; }
    private PiOffers? Offers { get; init; }
    private PiSilenceKind Silence { get; init; }
    private bool ListUnanswered { get; init; }
    private bool ListsTooMany { get; init; }
    private string? CutShort { get; init; }
    private ImmutableArray<OddRecord> Odd { get; init; } = [];
    private int Rejected { get; init; }
    private int Tries { get; init; }
    private ImmutableArray<StickPicture> Sticks { get; init; } = [];

    public static PiPicture Of(PiState pi) => new()
    {
        Reachable = pi.Reachable,
        SilentReason = pi.SilentReason,
        SlowReason = pi.SlowReason,
        RoundTrip = pi.RoundTrip,
        Server = pi.Server,
        Notice = pi.Notice,
        Offers = pi.Offers,
        Silence = pi.Silence,
        ListUnanswered = pi.ListUnanswered,
        ListsTooMany = pi.ListsTooMany,
        CutShort = pi.List?.CutShort,
        Odd = pi.List?.Odd ?? [],
        Rejected = pi.Rejected.Count,
        Tries = pi.Tries.Count,
        Sticks = [.. pi.Sticks.Values.Select(StickPicture.Of)],
    };

    public bool Equals(PiPicture? other) =>
        other is not null
        && (Reachable, SilentReason, SlowReason, RoundTrip) == (other.Reachable, other.SilentReason, other.SlowReason, other.RoundTrip)
        && (Server, Notice, Offers, Rejected, Tries) == (other.Server, other.Notice, other.Offers, other.Rejected, other.Tries)
        && (Silence, ListUnanswered, CutShort) == (other.Silence, other.ListUnanswered, other.CutShort)
        && ListsTooMany == other.ListsTooMany
        && Odd.AsSpan().SequenceEqual(other.Odd.AsSpan())
        && Sticks.AsSpan().SequenceEqual(other.Sticks.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Reachable, Server, Sticks.Length);

    // Another stick at the same place is another object.
    private readonly record struct StickPicture(
        Stick Stick, bool Listed, int IsNot, TimeSpan NotBefore, Assignment? Assignment, AssignmentPhase? Phase, bool? Cancelled)
    {
        public static StickPicture Of(Stick stick) => new(
            stick, stick.Listed, stick.IsNot.Count, stick.Tries.NotBefore, stick.Assignment, stick.Assignment?.Phase,
            stick.Assignment?.Cancelled);
    }
}
