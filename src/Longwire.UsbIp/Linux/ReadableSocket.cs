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
            // Who cannot be waited for is read, and that finds out why.
            if (_thread.TryArm(_descriptor, _key, forInput)) return new ValueTask(this, _wait.Version);
            _waits = false;
            return ValueTask.CompletedTask;
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
        ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.GoOn(), this, preferLocal: false);
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    internal void GoOn()
    {
        lock (_gate)
        {
            if (!_waits) return;
            _waits = false;
        }
        _wait.SetResult(true);
    }
}
