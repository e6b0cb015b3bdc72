using System.Collections.Concurrent;

namespace Longwire.Tests.DependentApps;

/// <summary>
/// Everything that a test starts runs on the test's own thread, and only when the test lets it. When nothing is left to run,
/// everything waits for the clock or for news: no test has to guess how long that takes.
/// </summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Run, object? State)> _work = new();

    public override void Post(SendOrPostCallback d, object? state) => _work.Enqueue((d, state));

    /// <summary>Runs what there is to run, and what comes of it, until everything waits.</summary>
    public void RunAll() => Within(() =>
    {
        while (_work.TryDequeue(out (SendOrPostCallback Run, object? State) next)) next.Run(next.State);
    });

    /// <summary>Runs what starts tasks, so that they go on here.</summary>
    public void Within(Action action)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
