namespace Longwire.Platform;

/// <summary>
/// Calls into sysfs that wait for a lock which a silent peer or a sick stick can hold. Each runs on a thread of its own: it takes none from
/// the pool, and it can be left behind. The thread ends when the kernel lets go.
/// </summary>
internal static class BlockingCall
{
    /// <exception cref="OperationCanceledException">Cancelled; the call goes on unobserved and its result is dropped.</exception>
    public static async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        Task<T> running = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await running.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Its fault, if there will be one, is an echo of what made us give up.
            _ = running.ContinueWith(
                static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    public static Task RunAsync(Action call, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                call();
                return true;
            },
            cancellationToken);
}
