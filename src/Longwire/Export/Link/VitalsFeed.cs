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
    private const double WorthDegrees = 1, WorthLoad = 0.5, WorthSignal = 3;

    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _wake = new(time);
    private VitalsReading? _current;
    private long _lookedAt;
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
        bool isWoken = false;
        while (true)
        {
            bool listened;
            lock (_gate) listened = _listeners > 0;
            if (listened) Look(isWoken);
            isWoken = await _wake.WaitAsync(listened ? ExportTimers.Vitals : Timeout.InfiniteTimeSpan, cancellationToken);
            // Whoever wakes it again and again gets no more than this.
            if (isWoken) await Task.Delay(ExportTimers.VitalsSettle, time, cancellationToken);
        }
    }

    /// <param name="isWoken">Before its time: for the power's sake, so that the rest is not told more often by that.</param>
    private void Look(bool isWoken)
    {
        Vitals now = read();
        TaskCompletionSource changed;
        lock (_gate)
        {
            // Meanwhile the last one may have gone.
            if (_listeners == 0) return;
            if (_current is { } known)
            {
                bool isForThePower = isWoken && time.GetElapsedTime(_lookedAt) < ExportTimers.Vitals;
                if (!isForThePower) _lookedAt = time.GetTimestamp();
                now = Merged(known.Vitals, now, isForThePower);
                // How long it runs goes on by itself.
                if (now with { Uptime = known.Vitals.Uptime } == known.Vitals && now.Uptime is null == known.Vitals.Uptime is null)
                    return;
            }
            else
            {
                _lookedAt = time.GetTimestamp();
            }
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

    // What is told again for another's sake is told as it was: at the other end each difference is a row that is kept.
    private static Vitals Merged(Vitals told, Vitals now, bool isForThePower) => isForThePower
        ? told with { UnderVoltage = now.UnderVoltage, Uptime = now.Uptime }
        : now with
        {
            Temperature = Differs(told.Temperature, now.Temperature, WorthDegrees) ? now.Temperature : told.Temperature,
            Load = Differs(told.Load, now.Load, WorthLoad) ? now.Load : told.Load,
            WifiSignal = Differs(told.WifiSignal, now.WifiSignal, WorthSignal) ? now.WifiSignal : told.WifiSignal,
        };

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
