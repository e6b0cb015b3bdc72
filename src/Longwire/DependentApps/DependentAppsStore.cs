using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

/// <summary>
/// The memory of all apps while we run. Whoever follows an app puts what is new of it; one writer takes it to disk, so that a slow
/// card holds up nobody. What was replaced before it was written is never written.
/// </summary>
/// <param name="report">Told a sentence for a person when the memory cannot be written, and null when it can again.</param>
internal sealed class DependentAppsStore(
    DependentAppsFile file, DependentAppsMemory memory, TimeProvider time, ILogger logger, Action<string?> report)
{
    private readonly Lock _gate = new();
    private DependentAppsMemory _memory = memory;
    private TaskCompletionSource _work = new();
    private bool _failing;

    public DependentAppMemory? Find(string slug)
    {
        lock (_gate) return _memory.Apps.FirstOrDefault(app => app.Slug == slug);
    }

    public void Put(DependentAppMemory app) => Change(memory => memory.With(app));

    public void Forget(string slug) => Change(memory => memory.Without(slug));

    /// <summary>Writes until cancelled; then writes what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Task work;
            lock (_gate) work = _work.Task;
            // A write that failed is tried again: the disk may have been cleaned up without anything new to remember.
            Task wake = _failing ? Task.WhenAny(work, Task.Delay(DependentAppTimers.Look, time, cancellationToken)) : work;
            await wake.WaitAsync(cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            // Not on the back of whoever brought the news.
            await Task.Yield();
            Write();
        }
    }

    private void Change(Func<DependentAppsMemory, DependentAppsMemory> change)
    {
        TaskCompletionSource work;
        lock (_gate)
        {
            _memory = change(_memory);
            work = _work;
        }
        work.TrySetResult();
    }

    private void Write()
    {
        DependentAppsMemory memory;
        lock (_gate)
        {
            if (!_work.Task.IsCompleted && !_failing) return;
            if (_work.Task.IsCompleted) _work = new TaskCompletionSource();
            memory = _memory;
        }
        try
        {
            file.Save(memory);
            if (_failing) report(null);
            _failing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failing)
            {
                DependentAppsLog.NotSaved(logger.About("memory"), file.Path, e.Message);
                report($"{file.Path} cannot be written ({e.Message}). Apps are restarted, but not after a restart of Longwire: free some "
                    + "space or make the folder writable.");
            }
            _failing = true;
        }
    }
}
