namespace Longwire.Link.Liveness;

/// <summary>How often a side pings over one connection, and when it counts that as lost.</summary>
/// <param name="PingAfter">Nothing was said for so long.</param>
/// <param name="LostAfter">Nothing was heard for so long.</param>
/// <param name="RoundTripEvery">A ping so often, however much is said.</param>
/// <param name="AtOneTime">
/// Pings are said before they are due: when the clock shows a multiple of <paramref name="PingAfter"/>. So all connections of a clock say
/// theirs at one time, and the process sleeps in between.
/// </param>
public sealed record LinkPace(TimeSpan PingAfter, TimeSpan LostAfter, TimeSpan RoundTripEvery, bool AtOneTime = false)
{
    // More than any connection lives, and it can be added to any time.
    private static readonly TimeSpan s_never = TimeSpan.FromDays(10_000);

    /// <summary>Where somebody waits for what comes, or is to know at once that nothing does.</summary>
    public static LinkPace Brisk { get; } = new(LinkTimers.PingAfter, LinkTimers.LostAfter, LinkTimers.RoundTripEvery);

    /// <summary>
    /// Where nobody does: the kernel looks whether the other machine is there, and these pings whether the program on it still runs.
    /// </summary>
    /// <param name="quiet">As agreed on; null: the other side knows nothing of it.</param>
    public static LinkPace Asking(TimeSpan? quiet) =>
        quiet is { } silence ? new(silence, silence + LinkTimers.LostAfter, s_never, AtOneTime: true) : Brisk;

    /// <summary>When the next ping is due of a side that has said something last then.</summary>
    public TimeSpan PingDue(TimeSpan said)
    {
        TimeSpan due = said + PingAfter;
        return AtOneTime ? new TimeSpan(due.Ticks - (due.Ticks % PingAfter.Ticks)) : due;
    }

    /// <summary>The other side of <see cref="Asking"/>: it answers, and never asks.</summary>
    /// <param name="quiet">As agreed on; null: the other side knows nothing of it.</param>
    public static LinkPace Answering(TimeSpan? quiet) =>
        quiet is { } silence ? new(s_never, silence + LinkTimers.LostAfter, s_never) : Brisk;

    /// <summary>What both sides agree on: no more than either would have; null: no quiet at all.</summary>
    public static TimeSpan? Agree(TimeSpan said, TimeSpan most)
    {
        TimeSpan quiet = said < most ? said : most;
        return quiet > LinkTimers.PingAfter ? quiet : null;
    }
}
