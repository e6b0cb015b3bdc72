namespace Longwire.Platform;

/// <summary>Wakes one waiter; pulses while nobody waits are one pulse. The waiter looks at what is, so none needs to be counted.</summary>
internal sealed class AsyncAutoResetEvent(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = NewSignal();

    public void Raise()
    {
        lock (_gate) _next.TrySetResult();
    }

    /// <summary>True if pulsed, false if the time was over first.</summary>
    /// <param name="atMost"><see cref="Timeout.InfiniteTimeSpan"/> for no limit; other negative times are over already.</param>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task pulsed;
        lock (_gate) pulsed = _next.Task;
        try
        {
            await pulsed.WaitAsync(
                atMost < TimeSpan.Zero && atMost != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
        lock (_gate)
        {
            if (_next.Task == pulsed) _next = NewSignal();
        }
        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
