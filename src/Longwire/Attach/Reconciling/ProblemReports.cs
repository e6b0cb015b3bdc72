using System.Threading.Channels;
using Longwire.Platform;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// What others report as the bridge's problems, on its way to the reconciler. The latest of each source is kept until the channel has room:
/// a problem that was dropped would never be said, and one whose end was dropped would be said for ever.
/// </summary>
internal sealed class ProblemReports(TimeProvider time) : IBridgeProblems
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string?> _latest = new(StringComparer.Ordinal);
    private readonly AsyncAutoResetEvent _reported = new(time);

    public void Report(string source, string? problem)
    {
        lock (_gate) _latest[source] = problem;
        _reported.Raise();
    }

    /// <summary>Hands on until cancelled.</summary>
    public async Task RunAsync(ChannelWriter<AttachEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _reported.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
                // Room first, then the report: what is said while the channel is full replaces what was said before.
                while (HasAny() && await events.WaitToWriteAsync(cancellationToken)) HandOn(events);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private bool HasAny()
    {
        lock (_gate) return _latest.Count > 0;
    }

    private void HandOn(ChannelWriter<AttachEvent> events)
    {
        lock (_gate)
        {
            foreach ((string source, string? problem) in _latest.ToArray())
            {
                if (!events.TryWrite(new AttachEvent.ProblemsChanged(source, problem))) return;
                _latest.Remove(source);
            }
        }
    }
}
