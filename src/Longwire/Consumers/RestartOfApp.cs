using System.Collections.Immutable;
using Longwire.Timing;
using Longwire.Supervisor;

namespace Longwire.Consumers;

/// <summary>The call that restarts one app: how often it may be made, how long it may take, what to do when it fails.</summary>
internal sealed class RestartOfApp(string slug, ConsumerSurroundings around)
{
    private readonly Backoff _pauses = new(ConsumerTimers.FirstPause, ConsumerTimers.LongestPause, around.Random);
    private TimeSpan _pause;
    private long _failedAt;
    private bool _wasUnderWay;
    private string? _problem;

    /// <summary>A call that nobody waited for to its end may have done its work all the same.</summary>
    public bool IsDoneAlready(AppInfo info) => _wasUnderWay && info.State == "started";

    /// <summary>How long to wait after the last failure; null: not at all.</summary>
    public TimeSpan? Pause()
    {
        TimeSpan left = _pause - around.Time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>When it may be restarted again; null: now.</summary>
    public DateTimeOffset? LimitEnds(ConsumerMemory memory)
    {
        ImmutableArray<DateTimeOffset> recent = Recent(memory);
        return recent.Length < ConsumerTimers.MostRestarts ? null : recent.Order().ElementAt(recent.Length - ConsumerTimers.MostRestarts) + ConsumerTimers.LimitWindow;
    }

    /// <summary>Counted before it is tried: a crash in the middle of it counts, too.</summary>
    public ConsumerMemory Count(ConsumerMemory memory) => memory with { Restarts = Recent(memory).Add(around.Time.GetUtcNow()) };

    /// <returns>A sentence for a person if it failed, null if the app runs.</returns>
    public async Task<string?> TryAsync(AppInfo info, CancellationToken cancellationToken)
    {
        TimeSpan stop = info.Timeout is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : ConsumerTimers.LongestStop;
        long started = around.Time.GetTimestamp();
        try
        {
            await around.Supervisor.RestartAppAsync(slug, stop + ConsumerTimers.StartOfApp, cancellationToken);
            return null;
        }
        catch (SupervisorException e)
        {
            _failedAt = around.Time.GetTimestamp();
            _pause = _pauses.Next();
            _wasUnderWay = e.Failure == SupervisorFailure.Away && around.Time.GetElapsedTime(started) >= ConsumerTimers.UnderWay;
            Log.Failed(around.Logger, slug, e.Message);
            return $"{info.Name ?? slug} could not be restarted after its radio came back: {e.Message}. Longwire tries again; look at the log of that app.";
        }
    }

    public void Reset()
    {
        _pauses.Reset();
        (_pause, _wasUnderWay) = (TimeSpan.Zero, false);
    }

    /// <summary>Each sentence once.</summary>
    public void Report(string? problem)
    {
        if (_problem == problem) return;
        _problem = problem;
        around.Problems.Report($"consumer {slug}", problem);
    }

    // A clock that was set back must not keep an app down for longer than the hour: what lies ahead is not counted.
    private ImmutableArray<DateTimeOffset> Recent(ConsumerMemory memory)
    {
        DateTimeOffset now = around.Time.GetUtcNow();
        return [.. memory.Restarts.Where(at => at <= now && now - at < ConsumerTimers.LimitWindow)];
    }
}
