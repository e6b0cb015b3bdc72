using System.Threading.Tasks.Sources;

namespace Longwire.UsbIp.Linux;

/// <summary>One socket of a <see cref="ReadThread"/>. One waits at a time, and nothing is allocated for it.</summary>
public sealed class ReadableSocket : IValueTaskSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ReadThread _thread;
    private readonly int _descriptor;
    private readonly ulong _key;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private bool _waits, _isOver;
    // What the thread was told last; null: to leave it alone.
    private bool? _armedForInput;

    internal ReadableSocket(ReadThread thread, int descriptor, ulong key) => (_thread, _descriptor, _key) = (thread, descriptor, key);

    /// <summary>
    /// Until there is something to read, its end included; whoever awaits it goes on on the thread. Also ends with
    /// <see cref="Dispose"/>.
    /// </summary>
    public ValueTask WaitAsync() => WaitAsync(forInput: true);

    /// <summary>The same until it is connected, or until it is known that it will not be.</summary>
    public ValueTask WaitForConnectAsync() => WaitAsync(forInput: false);

    private ValueTask WaitAsync(bool forInput)
    {
        lock (_gate)
        {
            if (_isOver) return ValueTask.CompletedTask;
            _wait.Reset();
            _waits = true;
            // Who reads all the time is waited for all the time, without a call for each wait.
            if (_armedForInput == forInput) return new ValueTask(this, _wait.Version);
            // Who cannot be waited for is read, and that finds out why.
            if (!_thread.TryArm(_descriptor, _key, forInput))
            {
                _waits = false;
                return ValueTask.CompletedTask;
            }
            _armedForInput = forInput;
            return new ValueTask(this, _wait.Version);
        }
    }

    /// <summary>Before the socket is closed. Whoever waits goes on, on the thread pool: who disposes may not have it run here.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
            _thread.Remove(_descriptor, _key);
        }
        ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.Ready(), this, preferLocal: false);
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    /// <summary>There is something, or it is over.</summary>
    internal void Ready()
    {
        lock (_gate)
        {
            if (!_waits)
            {
                // Nobody reads it now, and the kernel would say so again and again.
                if (_armedForInput is not null && !_isOver) _thread.Disarm(_descriptor, _key);
                _armedForInput = null;
                return;
            }
            _waits = false;
        }
        _wait.SetResult(true);
    }
}
