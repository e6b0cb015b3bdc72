namespace Longwire.Attach.Carriers;

/// <summary>
/// Runs while messages pass, and only then: an idle radio costs no timer. Who watches is asked when it has run out, and again a moment
/// later for as long as he wants. One watches at a time.
/// </summary>
internal sealed class SilenceTimer : IAsyncDisposable
{
    private readonly TimeSpan _after;
    private readonly TimeSpan _step;
    private readonly ITimer _timer;
    private Func<bool>? _ask;
    private int _armed;

    /// <param name="after">From the first message to the question.</param>
    /// <param name="step">From one question to the next.</param>
    public SilenceTimer(TimeSpan after, TimeSpan step, TimeProvider time)
    {
        (_after, _step) = (after, step);
        _timer = time.CreateTimer(
            static timer => ((SilenceTimer)timer!).RunOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="ask">Returns whether to ask again.</param>
    /// <returns>Ends the watch.</returns>
    public IDisposable Watch(Func<bool> ask)
    {
        Volatile.Write(ref _ask, ask);
        return new Watching(this);
    }

    /// <summary>A message passed.</summary>
    public void Arm()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0) Change(_after);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void RunOut()
    {
        Volatile.Write(ref _armed, 0);
        if (Volatile.Read(ref _ask) is not { } ask || !ask()) return;
        if (Interlocked.Exchange(ref _armed, 1) == 0) Change(_step);
    }

    private void Change(TimeSpan due) => _timer.Change(due, Timeout.InfiniteTimeSpan);

    private sealed class Watching(SilenceTimer timer) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref timer._ask, null);
    }
}
