using System.Collections.Immutable;
using Longwire.Platform;
using Longwire.Supervisor;

namespace Longwire.DependentApps;

/// <summary>
/// One of the Supervisor's apps that reads radios of ours. A lost tty ends most of them, and some cannot even start without it: what ran
/// at the moment of the loss is restarted once the radio is back. Each step looks at all there is and ends with how long to wait for
/// the next; whatever happened in between is then seen by the step that follows.
/// </summary>
internal sealed class DependentApp
{
    private const string Busy = "the Supervisor is busy with it";
    private const string Starting = "somebody has just started it";

    private readonly DependentAppContext _around;
    private readonly AppRestart _restart;
    private string? _problem;
    private string? _refusal;
    private readonly AppStatePolling _looks;
    private readonly AppAfterHold _afterHold;
    private readonly Backoff _waits;
    private readonly LatestView _latest;
    private DependentAppMemory _memory;
    private bool _first = true;
    private long? _backAt;
    private bool _ranWithoutRadio;
    private string? _waitingFor;

    public DependentApp(AppView view, DependentAppMemory memory, DependentAppContext around)
    {
        _around = around;
        _memory = memory;
        _latest = new LatestView(view, around.Time);
        _waits = new Backoff(DependentAppTimers.FirstWait, DependentAppTimers.LongestWait, around.Random);
        _restart = new AppRestart(view.Slug, around);
        _looks = new AppStatePolling(view.Slug, around);
        _afterHold = new AppAfterHold(view.Slug, around);
    }

    /// <summary>How its radios are now.</summary>
    public void See(AppView view) => _latest.Put(view);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (AppView view, long seenAt, Task changed) = _latest.Take();
            TimeSpan? wait = await StepAsync(view, seenAt, cancellationToken);
            _first = false;
            try
            {
                await changed.WaitAsync(wait ?? Timeout.InfiniteTimeSpan, _around.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Time for the next look.
            }
            // Not on the back of whoever brought the news.
            await Task.Yield();
        }
    }

    /// <returns>How long to wait unless something changes; null: for ever.</returns>
    private async Task<TimeSpan?> StepAsync(AppView view, long seenAt, CancellationToken cancellationToken)
    {
        if (await NoticeAsync(view, seenAt, cancellationToken)) return TimeSpan.Zero;
        ImmutableArray<RadioView> back = [.. view.Radios.Where(
            radio => radio is { Steady: true, Silenced: false } && _memory.Find(radio.Id) is { Lost: true })];
        if (back.IsEmpty)
        {
            // Whatever kept it from being restarted: there is no radio to restart it for.
            if (_backAt is not null) Report(null);
            (_backAt, _waitingFor) = (null, null);
            if (await _afterHold.EndedAsync(view, _memory, cancellationToken) is { } ended)
            {
                Remember(ended);
                return TimeSpan.Zero;
            }
            TimeSpan? look = await LookAsync(view, cancellationToken);
            return _afterHold.Left < (look ?? TimeSpan.MaxValue) ? _afterHold.Left : look;
        }
        try
        {
            return await BringBackAsync(view, back, cancellationToken);
        }
        catch (SupervisorException e) when (e.Failure == SupervisorFailure.Away)
        {
            return WaitFor(e.Message);
        }
        catch (SupervisorException e) when (e.Failure == SupervisorFailure.Denied)
        {
            return Refused(back, e);
        }
        catch (SupervisorException e)
        {
            Report(RestartText.Declined(_memory.Slug, back[0].Name, e));
            return DependentAppTimers.LookAgain;
        }
    }

    /// <summary>Which radios have gone since the last step, and whether the app ran until then.</summary>
    /// <returns>True: things went on meanwhile, look at them afresh.</returns>
    private async Task<bool> NoticeAsync(AppView view, long seenAt, CancellationToken cancellationToken)
    {
        DependentAppMemory memory = _memory with
        {
            Radios = [.. _memory.Radios.Where(known => view.Radios.Any(radio => radio.Id == known.Id))],
        };
        List<string> lost = [];
        foreach (RadioView radio in view.Radios)
        {
            if (memory.Find(radio.Id) is not { } known)
            {
                // New to this app: there was nothing to lose yet, but after a boot of the host it may have to be started.
                if (radio.Since is not null) memory = memory.With(new DependentAppRadio(radio.Id, radio.Since, Lost: memory.StartAtBoot));
            }
            else if (!known.Lost && known.Since != radio.Since)
            {
                memory = memory.With(known with { Lost = true, WasRunning = _memory.Running });
                lost.Add(radio.Id);
                DependentAppsLog.Lost(
                    _around.Logger.About(_memory.Slug, radio.Id), _memory.Slug, radio.Name, _memory.Running ? "ran" : "did not run");
            }
        }
        Remember(memory);
        // After a start of ours the loss is long past, or was our own stop.
        if (lost.Count == 0 || _first || !_memory.Running || _around.Time.GetElapsedTime(seenAt) >= DependentAppTimers.LookAtLoss)
        {
            return false;
        }
        // It may end in the same second, with an error: then what was seen before counts. One that has stopped in peace was stopped
        // by a person, after our last look at it.
        AppInfo? info = await _around.TryReadNowAsync(_memory.Slug, cancellationToken);
        _restart.SeeAtLoss(info);
        if (info?.State != "stopped" || _around.Time.GetElapsedTime(seenAt) >= DependentAppTimers.LookAtLoss) return false;
        foreach (string id in lost) memory = memory.With(memory.Find(id)! with { WasRunning = false });
        Remember(memory with { Running = false });
        return true;
    }

    /// <summary>Its state while all is well, for the day when it is not.</summary>
    private async Task<TimeSpan?> LookAsync(AppView view, CancellationToken cancellationToken)
    {
        // A link that is held is on its way to a loss, and an app may give up before we do.
        if (!view.Radios.Any(radio => radio.Steady) || view.Radios.Any(radio => radio is { Since: not null, Steady: false })) return null;
        if (_looks.Left is var left && left > TimeSpan.Zero) return left;
        try
        {
            bool? running = await _looks.LookAsync(() => _latest.IsStill(view), cancellationToken);
            if (!_latest.IsStill(view)) return TimeSpan.Zero;
            if (running is { } now)
            {
                Remember(_memory with { Running = now });
                Report(null);
            }
        }
        catch (SupervisorException e)
        {
            Report(RestartText.Unseen(_memory.Slug, view.Radios[0].Name, e));
        }
        return _looks.Left;
    }

    private async Task<TimeSpan?> BringBackAsync(AppView view, ImmutableArray<RadioView> back, CancellationToken cancellationToken)
    {
        if (_backAt is null)
        {
            _backAt = _around.Time.GetTimestamp();
            // At this moment, and at no later one, it is certain that an app that runs, or is starting, was started without its radio.
            _ranWithoutRadio = _memory.StartAtBoot
                && await _around.TryReadNowAsync(_memory.Slug, cancellationToken) is { IsRunning: true } or { IsStarting: true };
        }
        TimeSpan left = DependentAppTimers.Settle - _around.Time.GetElapsedTime(_backAt.Value);
        if (left > TimeSpan.Zero && view.Radios.Any(radio => radio is { Wanted: true, Steady: false })) return left;

        bool wasRunning = back.Any(radio => _memory.Find(radio.Id)!.WasRunning);
        if (_memory.StartAtBoot && !(wasRunning && _ranWithoutRadio)) return await AfterBootAsync(view, back, cancellationToken);
        if (!wasRunning) return LeaveAlone(back, "it did not run when the radio was lost");
        AppInfo info = await _around.Supervisor.ReadAppAsync(_memory.Slug, SupervisorTimers.Answer, cancellationToken);
        return await RestartAsync(view, back, info, cancellationToken);
    }

    // The Supervisor starts it by itself, unless it has given up on it before its radio was there.
    private async Task<TimeSpan?> AfterBootAsync(AppView view, ImmutableArray<RadioView> back, CancellationToken cancellationToken)
    {
        if (!await _around.Supervisor.HasStartedAsync(cancellationToken)) return WaitFor("the Supervisor is still starting apps");
        AppInfo info = await _around.Supervisor.ReadAppAsync(_memory.Slug, SupervisorTimers.Answer, cancellationToken);
        if (_restart.LeavesToStart(info)) return WaitFor(Starting);
        if (info.IsRunning) return LeaveAlone(back, "it runs", running: true);
        if (info.Boot != "auto") return LeaveAlone(back, "it does not start with the host");
        return await RestartAsync(view, back, info, cancellationToken);
    }

    private async Task<TimeSpan?> RestartAsync(
        AppView view, ImmutableArray<RadioView> back, AppInfo info, CancellationToken cancellationToken)
    {
        if (_restart.IsDoneAlready(info)) return Done(back);
        if (_restart.LeavesToStart(info)) return WaitFor(Starting);
        if (_restart.Pause() is { } pause) return pause;
        if (_restart.LimitEnds(_memory) is { } ends)
        {
            Report(RestartText.Limit(info.Name ?? _memory.Slug, ends));
            TimeSpan until = ends - _around.Time.GetUtcNow();
            return until > DependentAppTimers.FirstWait ? until : DependentAppTimers.FirstWait;
        }
        if (!await _around.Supervisor.IsCoreUpAsync(cancellationToken))
        {
            return WaitFor("Home Assistant Core, which passes the order on, does not answer");
        }
        if (await _around.Supervisor.IsBusyWithAsync(_memory.Slug, cancellationToken)) return WaitForSupervisor(info);
        // A radio went, or a person had it detached, while we asked.
        if (!_latest.IsStill(view)) return TimeSpan.Zero;
        _waits.Reset();
        _waitingFor = null;
        Remember(_restart.Count(_memory));
        DependentAppsLog.Restarting(_around.Logger, back[0].Name, _memory.Slug, info.State ?? "unknown");
        RestartTry tried = await _restart.TryAsync(info, cancellationToken);
        if (tried.Busy || tried.Refusal is not null) Remember(AppRestart.Uncount(_memory));
        if (tried.Busy) return WaitForSupervisor(info);
        if (tried.Refusal is { } refusal) return Refused(back, refusal);
        _refusal = null;
        if (tried.Problem is null) return Done(back);
        Report(tried.Problem);
        return TimeSpan.Zero;
    }

    private TimeSpan? Done(ImmutableArray<RadioView> back)
    {
        DependentAppsLog.Restarted(_around.Logger, _memory.Slug);
        See(back, running: true);
        return TimeSpan.Zero;
    }

    // A rule that forbids it does not pass by itself: said until a restart is let through, and not asked again before the next loss.
    private TimeSpan? Refused(ImmutableArray<RadioView> back, SupervisorException e)
    {
        _refusal = RestartText.Refused(_memory.Slug, back[0].Name, e);
        return LeaveAlone(back, "Home Assistant does not let Longwire restart it", _memory.Running);
    }

    private TimeSpan? LeaveAlone(ImmutableArray<RadioView> back, string reason, bool running = false)
    {
        DependentAppsLog.LeftAlone(_around.Logger.About(_memory.Slug, back[0].Id), back[0].Name, _memory.Slug, reason);
        See(back, running);
        return TimeSpan.Zero;
    }

    /// <summary>These radios are seen to, as they were when the step began: one that went meanwhile is noticed by the next.</summary>
    private void See(ImmutableArray<RadioView> back, bool running)
    {
        DependentAppMemory memory = _memory with { Running = running, StartAtBoot = false };
        foreach (RadioView radio in back) memory = memory.With(new DependentAppRadio(radio.Id, radio.Since));
        Remember(memory);
        Report(null);
        _restart.Reset();
        _afterHold.Reset();
        _looks.Reset();
        _waits.Reset();
        _backAt = null;
    }

    private TimeSpan WaitForSupervisor(AppInfo info)
    {
        _restart.LeaveToSupervisor(info);
        return WaitFor(Busy);
    }

    private TimeSpan WaitFor(string reason)
    {
        if (_waitingFor != reason) DependentAppsLog.Waiting(_around.Logger.About(_memory.Slug), _memory.Slug, reason);
        _waitingFor = reason;
        return _waits.Next();
    }

    private void Remember(DependentAppMemory memory)
    {
        if (memory.Same(_memory)) return;
        _memory = memory;
        _around.Store.Put(memory);
    }

    // Each sentence once.
    private void Report(string? problem)
    {
        problem ??= _refusal;
        if (_problem == problem) return;
        _problem = problem;
        _around.Problems.Report($"consumer {_memory.Slug}", problem);
    }
}
