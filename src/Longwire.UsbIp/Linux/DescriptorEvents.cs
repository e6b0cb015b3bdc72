using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// Waits for rare things on descriptors, which the BCL offers only together with reading: the end of a connection whose bytes belong
/// to the kernel, or an inotify descriptor. One epoll and one thread for any number of waits.
/// </summary>
public sealed class DescriptorEvents : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, TaskCompletionSource> _waits = [];
    private readonly int _epoll;
    private readonly int _stop;
    private readonly Thread _thread;
    private ulong _lastKey;
    private bool _disposed;

    private DescriptorEvents(int epoll, int stop)
    {
        (_epoll, _stop) = (epoll, stop);
        _thread = new Thread(Run) { IsBackground = true, Name = "descriptor events" };
    }

    /// <exception cref="KernelRefusedException">No descriptors left.</exception>
    public static DescriptorEvents Open()
    {
        int epoll = epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0) throw new KernelRefusedException("epoll_create1", "", errno);
        int stop = eventfd(0, EFD_CLOEXEC);
        if (stop < 0)
        {
            int error = errno;
            _ = close(epoll);
            throw new KernelRefusedException("eventfd", "", error);
        }
        var events = new DescriptorEvents(epoll, stop);
        events.Control(EPOLL_CTL_ADD, stop, EPOLLIN, key: 0);
        events._thread.Start();
        return events;
    }

    /// <summary>
    /// Until the peer has closed or the connection is broken. Data that arrives neither completes nor wakes it: whoever reads the socket,
    /// a kernel driver for one, is not disturbed.
    /// </summary>
    public Task WaitForHangUpAsync(SafeHandle connection, CancellationToken cancellationToken) =>
        WaitAsync(connection, EPOLLRDHUP | EPOLLHUP | EPOLLERR, cancellationToken);

    /// <summary>Until there is something to read.</summary>
    public Task WaitForInputAsync(SafeHandle descriptor, CancellationToken cancellationToken) =>
        WaitAsync(descriptor, EPOLLIN, cancellationToken);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }
        Wake();
        _thread.Join();
        _ = close(_epoll);
        _ = close(_stop);
        lock (_gate)
        {
            foreach (TaskCompletionSource wait in _waits.Values) wait.TrySetCanceled();
            _waits.Clear();
        }
    }

    private async Task WaitAsync(SafeHandle handle, int events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handle);
        cancellationToken.ThrowIfCancellationRequested();
        var happened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ulong key;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            key = ++_lastKey;
            _waits.Add(key, happened);
        }

        // The reference keeps the number ours until it was taken out of the epoll: a number closed earlier would stay in there for as
        // long as the kernel uses the file behind it, and could not be taken out any more.
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            int descriptor = (int)handle.DangerousGetHandle();
            Control(EPOLL_CTL_ADD, descriptor, events | EPOLLONESHOT, key);
            try
            {
                await happened.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_gate)
                {
                    if (!_disposed) _ = TryControl(EPOLL_CTL_DEL, descriptor, 0, 0);
                }
            }
        }
        finally
        {
            if (held) handle.DangerousRelease();
            lock (_gate) _waits.Remove(key);
        }
    }

    private unsafe void Run()
    {
        const int AtOnce = 16;
        epoll_event* ready = stackalloc epoll_event[AtOnce];
        while (true)
        {
            int count = epoll_wait(_epoll, ready, AtOnce, -1);
            lock (_gate)
            {
                if (_disposed) return;
                for (int i = 0; i < count; i++)
                {
                    if (_waits.TryGetValue(ready[i].data.u64, out TaskCompletionSource? wait)) wait.TrySetResult();
                }
            }
        }
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = write(_stop, &one, sizeof(ulong));
    }

    private void Control(int operation, int descriptor, int events, ulong key)
    {
        if (TryControl(operation, descriptor, events, key) != 0) throw new KernelRefusedException("epoll_ctl", "", errno);
    }

    private unsafe int TryControl(int operation, int descriptor, int events, ulong key)
    {
        var request = new epoll_event { events = events };
        request.data.u64 = key;
        return epoll_ctl(_epoll, operation, descriptor, &request);
    }
}
