using System.Collections.Concurrent;

namespace Longwire.Platform;

/// <summary>
/// Calls into sysfs that wait for a lock which a silent peer or a sick stick can hold. Each runs on a thread of its own: it takes none from
/// the pool, and it can be left behind. The thread ends when the kernel lets go.
/// </summary>
internal sealed class BlockingCalls
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>How many the kernel has not returned from, also of those that were left behind.</summary>
    public int Running => _running.Keys.Count(task => !task.IsCompleted);

    /// <exception cref="OperationCanceledException">Cancelled; the call goes on unobserved and its result is dropped.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        Task<T> running = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _running.TryAdd(running, true);
        _ = running.ContinueWith(
            ended =>
            {
                // Of a call that was left behind, its fault, if there is one, is an echo of what made us give up.
                _ = ended.Exception;
                _running.TryRemove(ended, out _);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return await running.WaitAsync(cancellationToken);
    }

    public Task RunAsync(Action call, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                call();
                return true;
            },
            cancellationToken);

    /// <summary>Ends when the kernel has returned from all that were begun by now, and never fails.</summary>
    public async Task WhenReturnedAsync() =>
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
