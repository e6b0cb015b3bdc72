using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Export.Link;

/// <summary>How this machine was when that was last worth telling.</summary>
/// <param name="At">When it was read (monotonic).</param>
internal sealed record VitalsReading(Vitals Vitals, long At);

/// <summary>
/// How this machine is, for the hosts that are connected: looked at only while one is, and told only when it has changed by so much that
/// somebody may care. A connection on which nothing else is said must not wake two machines for a tenth of a degree.
/// </summary>
/// <param name="read">Reads a few short files.</param>
internal sealed class VitalsFeed(Func<Vitals> read, TimeProvider time)
{
    private const double WorthDegrees = 1, WorthLoad = 0.1, WorthSignal = 3;

    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _wake = new(time);
    private VitalsReading? _current;
    private int _listeners;
    private TaskCompletionSource _changed = New();

    /// <summary>
    /// Null: nobody has listened, so nobody has looked. The same for as long as nothing has changed that is worth telling.
    /// </summary>
    public VitalsReading? Current
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    /// <summary>Ends once <see cref="Current"/> is another one.</summary>
    public Task WhenChangedAsync()
    {
        lock (_gate) return _changed.Task;
    }

    /// <summary>How long ago it was read.</summary>
    public TimeSpan AgeOf(VitalsReading reading) => time.GetElapsedTime(reading.At);

    /// <summary>A host listens from now on.</summary>
    /// <returns>Ends that.</returns>
    public IDisposable Listen()
    {
        lock (_gate) _listeners++;
        _wake.Raise();
        return new Listener(this);
    }

    /// <summary>The kernel says that a sensor has changed: it may be the power.</summary>
    public void LookNow() => _wake.Raise();

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool listened;
            lock (_gate) listened = _listeners > 0;
            if (listened) Look();
            bool isWoken = await _wake.WaitAsync(listened ? ExportTimers.Vitals : Timeout.InfiniteTimeSpan, cancellationToken);
            // Whoever wakes it again and again gets no more than this.
            if (isWoken) await Task.Delay(ExportTimers.VitalsSettle, time, cancellationToken);
        }
    }

    private void Look()
    {
        Vitals now = read();
        TaskCompletionSource changed;
        lock (_gate)
        {
            // Meanwhile the last one may have gone.
            if (_listeners == 0 || (_current is { } known && !IsWorthTelling(known.Vitals, now))) return;
            _current = new VitalsReading(now, time.GetTimestamp());
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    private void Leave()
    {
        lock (_gate)
        {
            // What is read now is not told to who comes hours later.
            if (--_listeners == 0) _current = null;
        }
    }

    private static bool IsWorthTelling(Vitals told, Vitals now) =>
        told.UnderVoltage != now.UnderVoltage
        || told.Uptime is null != now.Uptime is null
        || Differs(told.Temperature, now.Temperature, WorthDegrees)
        || Differs(told.Load, now.Load, WorthLoad)
        || Differs(told.WifiSignal, now.WifiSignal, WorthSignal);

    // Known or not is a difference as well. A tenth is less than a tenth where binary fractions are compared.
    private static bool Differs(double? told, double? now, double worth) =>
        told is null != now is null || Math.Abs((told ?? 0) - (now ?? 0)) > worth - 1e-6;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Left once, however often it is asked to.</summary>
    private sealed class Listener(VitalsFeed feed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) feed.Leave();
        }
    }
}
