namespace Longwire.Link.Liveness;

/// <summary>
/// The system's clock, with timers that run out on a thread of their own. Those of .NET run out on the thread pool, and a pool that is
/// starved for 3 s, by look-ups of names for example, would be taken for a network that is lost. A callback must not block.
/// </summary>
public sealed class TimerThread : TimeProvider, IDisposable
{
    // For the monitor: a semaphore's waiter asks the processor over and over before it sleeps, at each wait.
    private readonly object _gate = new();
    private readonly PriorityQueue<Timer, long> _due = new();
    private readonly Thread _thread;
    private bool _over;

    /// <param name="name">Of the thread, at most 15 characters.</param>
    public TimerThread(string name)
    {
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("its timers run out once");
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            Monitor.Pulse(_gate);
        }
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Run()
    {
        while (true)
        {
            Timer? next = null;
            lock (_gate)
            {
                if (_over) return;
                TimeSpan wait = Next(ref next);
                // Woken for a timer that is earlier; what is due now is looked for anew.
                if (next is null) Monitor.Wait(_gate, wait);
            }
            next?.RunOut();
        }
    }

    // What was changed stands in the queue once more, so that which does not fit its timer any more means nothing.
    private TimeSpan Next(ref Timer? next)
    {
        while (_due.TryPeek(out Timer? timer, out long due))
        {
            if (timer.Due != due)
            {
                _due.Dequeue();
                continue;
            }
            TimeSpan left = GetElapsedTime(GetTimestamp(), due);
            // A monitor waits for whole milliseconds, and rounds down.
            if (left > TimeSpan.Zero) return left + TimeSpan.FromMilliseconds(1);
            _due.Dequeue();
            timer.Due = Timer.Never;
            next = timer;
            return TimeSpan.Zero;
        }
        return Timeout.InfiniteTimeSpan;
    }

    private bool Change(Timer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            if (timer.IsDisposed || _over) return false;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                timer.Due = Timer.Never;
                return true;
            }
            timer.Due = GetTimestamp() + (long)(dueTime.TotalSeconds * TimestampFrequency);
            bool isFirst = !_due.TryPeek(out _, out long first) || timer.Due < first;
            _due.Enqueue(timer, timer.Due);
            if (isFirst) Monitor.Pulse(_gate);
            return true;
        }
    }

    private sealed class Timer(TimerThread thread, TimerCallback callback, object? state) : ITimer
    {
        public const long Never = long.MaxValue;

        public long Due { get; set; } = Never;

        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => thread.Change(this, dueTime);

        public void RunOut() => callback(state);

        public void Dispose()
        {
            lock (thread._gate) (IsDisposed, Due) = (true, Never);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
