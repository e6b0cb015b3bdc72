using System.Collections.Immutable;
using Longwire.Platform;
using Longwire.Supervisor;

namespace Longwire.DependentApps;

/// <summary>How a call ended. None of these: the app runs.</summary>
/// <param name="Busy">The Supervisor refused it, because another job of its own goes on with that app: nothing was tried.</param>
/// <param name="Refusal">We lack the right to do it: nothing was tried, and trying again is of no use.</param>
/// <param name="Problem">A sentence for a person: it was tried, and failed.</param>
internal readonly record struct RestartTry(bool Busy = false, SupervisorException? Refusal = null, string? Problem = null);

/// <summary>The call that restarts one app: how often it may be made, how long it may take, what to do when it fails.</summary>
internal sealed class AppRestart(string slug, DependentAppContext around)
{
    private readonly Backoff _pauses = new(DependentAppTimers.FirstPause, DependentAppTimers.LongestPause, around.Random);
    private TimeSpan _pause;
    private long _failedAt;
    private bool _mayBeDone;
    private long? _startingSince;
    private bool _startedBeforeLoss;

    /// <summary>A call that nobody waited for to its end, or a start of the Supervisor's own, may have done the work.</summary>
    public bool IsDoneAlready(AppInfo info) => _mayBeDone && info.IsRunning;

    /// <summary>What was starting when its radio was lost has had that one, and has lost it.</summary>
    public void SeeAtLoss(AppInfo? info) => _startedBeforeLoss = info?.IsStarting == true;

    /// <summary>
    /// Somebody has just started it, such as the watchdog: if it comes up, that was the restart. Not for ever, as its health check may wait
    /// for what only a restart brings.
    /// </summary>
    public bool LeavesToStart(AppInfo info)
    {
        if (!info.IsStarting)
        {
            (_startingSince, _startedBeforeLoss) = (null, false);
            return false;
        }
        _startingSince ??= around.Time.GetTimestamp();
        if (_startedBeforeLoss || around.Time.GetElapsedTime(_startingSince.Value) >= DependentAppTimers.StartOfApp) return false;
        return _mayBeDone = true;
    }

    /// <summary>
    /// A job of the Supervisor's own has the app. If it is down now and runs afterwards, that one has started it, with its radio there.
    /// </summary>
    public void LeaveToSupervisor(AppInfo info) => _mayBeDone |= !info.IsRunning;

    /// <summary>How long to wait after the last failure; null: not at all.</summary>
    public TimeSpan? Pause()
    {
        TimeSpan left = _pause - around.Time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>When it may be restarted again; null: now.</summary>
    public DateTimeOffset? LimitEnds(DependentAppMemory memory)
    {
        ImmutableArray<DateTimeOffset> recent = Recent(memory);
        return recent.Length < DependentAppTimers.MostRestarts
            ? null
            : recent.Order().ElementAt(recent.Length - DependentAppTimers.MostRestarts) + DependentAppTimers.LimitWindow;
    }

    /// <summary>Counted before it is tried: a crash in the middle of it counts, too.</summary>
    public DependentAppMemory Count(DependentAppMemory memory) => memory with { Restarts = Recent(memory).Add(around.Time.GetUtcNow()) };

    /// <summary>Takes back the last <see cref="Count"/>.</summary>
    public static DependentAppMemory Uncount(DependentAppMemory memory) =>
        memory with { Restarts = memory.Restarts.RemoveAt(memory.Restarts.Length - 1) };

    public async Task<RestartTry> TryAsync(AppInfo info, CancellationToken cancellationToken)
    {
        TimeSpan stop = info.Timeout is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : DependentAppTimers.LongestStop;
        long started = around.Time.GetTimestamp();
        string? problem;
        SupervisorFailure failure = SupervisorFailure.Declined;
        try
        {
            await around.Supervisor.RestartAppAsync(slug, stop + DependentAppTimers.StartOfApp, cancellationToken);
            problem = await WhyNotRunningAsync(cancellationToken);
            if (problem is null) return new RestartTry();
        }
        catch (SupervisorException e) when (e.Failure == SupervisorFailure.Denied)
        {
            return new RestartTry(Refusal: e);
        }
        catch (SupervisorException e)
        {
            (problem, failure) = (e.Message, e.Failure);
        }
        bool atOnce = failure == SupervisorFailure.Declined && around.Time.GetElapsedTime(started) < DependentAppTimers.AtOnce;
        if (atOnce && await IsBusyAsync(cancellationToken)) return new RestartTry(Busy: true);
        _failedAt = around.Time.GetTimestamp();
        _pause = _pauses.Next();
        _mayBeDone = failure == SupervisorFailure.Away && around.Time.GetElapsedTime(started) >= DependentAppTimers.UnderWay;
        DependentAppsLog.Failed(around.Logger, slug, problem);
        return new RestartTry(Problem: RestartText.Failed(info.Name ?? slug, problem));
    }

    public void Reset()
    {
        _pauses.Reset();
        (_pause, _mayBeDone) = (TimeSpan.Zero, false);
        (_startingSince, _startedBeforeLoss) = (null, false);
    }

    // An older Core keeps to itself what the Supervisor answered: to its caller all went well.
    private async Task<string?> WhyNotRunningAsync(CancellationToken cancellationToken)
    {
        try
        {
            AppInfo info = await around.Supervisor.ReadAppAsync(slug, SupervisorTimers.Answer, cancellationToken);
            return info.IsRunning || info.IsStarting
                ? null
                : $"Home Assistant passed the order on, and its state is {info.State ?? "not known"}";
        }
        catch (SupervisorException)
        {
            return null;
        }
    }

    // Core says no more than that it failed: an app that ends at once and a Supervisor that is busy with it look alike.
    private async Task<bool> IsBusyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await around.Supervisor.IsBusyWithAsync(slug, cancellationToken);
        }
        catch (SupervisorException)
        {
            return false;
        }
    }

    // A clock that was set back must not keep an app down for longer than the hour: what lies ahead is not counted.
    private ImmutableArray<DateTimeOffset> Recent(DependentAppMemory memory)
    {
        DateTimeOffset now = around.Time.GetUtcNow();
        return [.. memory.Restarts.Where(at => at <= now && now - at < DependentAppTimers.LimitWindow)];
    }
}
