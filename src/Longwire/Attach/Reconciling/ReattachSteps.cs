using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// How often a person had one radio attached afresh of late, and what was done about it. Whoever presses again soon has a stick that hangs:
/// each time the Pi does more.
/// </summary>
internal sealed class ReattachSteps
{
    private TimeSpan? _pressedAt;
    private TimeSpan _awaitedUntil;
    private string _plain = ReattachText.Plain;

    /// <summary>What its Pi is to do besides; <see cref="ResetStep.None"/>: nothing.</summary>
    public ResetStep Step { get; private set; }

    /// <summary>Where the Pi was asked to do it, and has not answered; null: nothing is awaited.</summary>
    public BusId? Awaited { get; private set; }

    /// <summary>For a person, what was done: told once it is back. Null: it was not pressed, or that was told.</summary>
    public string? Said { get; private set; }

    /// <summary>It was pressed. What is awaited stays so if it is what would be asked for now.</summary>
    /// <param name="now">Since the start.</param>
    /// <param name="wasUp">It is detached by this.</param>
    public void Press(TimeSpan now, bool wasUp)
    {
        bool again = _pressedAt is { } before && now - before < AttachTimers.ReattachAgain;
        ResetStep step = again ? Step == ResetStep.None ? ResetStep.Rebind : ResetStep.Reauthorize : ResetStep.None;
        bool isAtIt = step == Step && Awaited is not null && _awaitedUntil > now;
        _plain = wasUp ? ReattachText.Plain : ReattachText.TriedAtOnce;
        (_pressedAt, Step) = (now, step);
        if (!isAtIt) (Awaited, Said) = (null, _plain);
    }

    /// <param name="busId">Of the stick.</param>
    /// <param name="asking">What came of asking for <see cref="Step"/> there.</param>
    /// <param name="now">Since the start.</param>
    public void Ask(BusId busId, ResetAsking asking, TimeSpan now)
    {
        if (asking == ResetAsking.Asked) (Awaited, _awaitedUntil) = (busId, now + AttachTimers.StickReset);
        Said = ReattachText.Of(_plain, Step, asking);
    }

    /// <summary>The Pi has answered.</summary>
    /// <returns>False: to nothing that is awaited.</returns>
    public bool Answer(BusId busId, ResetStep step, ResetOutcome outcome)
    {
        if (Awaited != busId || Step != step) return false;
        (Awaited, Said) = (null, ReattachText.Of(_plain, step, outcome));
        return true;
    }

    /// <summary>When the Pi is not waited for any longer; null: it is not.</summary>
    /// <param name="now">Since the start.</param>
    public TimeSpan? AwaitedUntil(TimeSpan now)
    {
        if (Awaited is not null && _awaitedUntil <= now) Awaited = null;
        return Awaited is null ? null : _awaitedUntil;
    }

    /// <summary>It is back, or lost.</summary>
    /// <param name="now">Since the start: what comes of itself much later has nothing to do with it.</param>
    public string? TakeSaid(TimeSpan now)
    {
        string? said = _pressedAt is { } pressed && now - pressed < AttachTimers.ReattachAgain ? Said : null;
        Said = null;
        return said;
    }
}
