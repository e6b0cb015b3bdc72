using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// One thread that waits for input on any number of sockets, and on which those who wait go on: .NET's own waits on one thread and goes on
/// on another, and each change of threads is a tenth of a millisecond or more that an URB waits on a busy machine. So whoever waits here
/// must not block, nor compute for long: the other sockets wait for it.
/// </summary>
public sealed class ReadThread
{
    private static readonly Lock s_starting = new();
    private static ReadThread? s_shared;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, ReadableSocket> _sockets = [];
    private readonly int _epoll;
    private ulong _lastKey;

    private ReadThread(int epoll) => _epoll = epoll;

    /// <summary>
    /// The thread of the process, which begins when it is first asked for. Null: the kernel refuses, for want of descriptors or threads.
    /// </summary>
    public static ReadThread? Shared
    {
        get
        {
            lock (s_starting) return s_shared ??= TryStart();
        }
    }

    /// <summary>To wait for input on this thread.</summary>
    /// <param name="socket">Stays open until what is returned is disposed of.</param>
    /// <returns>Null: the kernel refuses, for want of descriptors or memory. Then .NET has to wait for it.</returns>
    public ReadableSocket? TryAdd(SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.IsInvalid || socket.IsClosed) return null;
        // Closed meanwhile its number could be another socket's.
        bool isHeld = false;
        try
        {
            socket.DangerousAddRef(ref isHeld);
            return TryAdd((int)socket.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (isHeld) socket.DangerousRelease();
        }
    }

    // Nobody ends one: the process has one for as long as it lives, and a test one that nobody else's work runs on.
    internal static ReadThread? TryStart(string name = "radio reads")
    {
        int epoll = epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0) return null;
        var started = new ReadThread(epoll);
        try
        {
            new Thread(started.Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = name }.Start();
            return started;
        }
        catch (OutOfMemoryException)
        {
            // So says .NET where there may be no more threads, as in a container that has as many as it may.
            _ = close(epoll);
            return null;
        }
    }

    private ReadableSocket? TryAdd(int descriptor)
    {
        ReadableSocket added;
        ulong key;
        lock (_gate)
        {
            key = ++_lastKey;
            added = new ReadableSocket(this, descriptor, key);
            _sockets.Add(key, added);
        }
        if (TryControl(EPOLL_CTL_ADD, descriptor, 0, key)) return added;
        lock (_gate) _sockets.Remove(key);
        return null;
    }

    // Until it is disarmed; what is there already counts as well.
    internal bool TryArm(int descriptor, ulong key, bool forInput) =>
        TryControl(EPOLL_CTL_MOD, descriptor, forInput ? EPOLLIN | EPOLLRDHUP : EPOLLOUT, key);

    // An end is told whatever was asked for, so once more at most, and then no more.
    internal void Disarm(int descriptor, ulong key) => _ = TryControl(EPOLL_CTL_MOD, descriptor, EPOLLONESHOT, key);

    internal void Remove(int descriptor, ulong key)
    {
        lock (_gate) _sockets.Remove(key);
        _ = TryControl(EPOLL_CTL_DEL, descriptor, 0, key);
    }

    private unsafe void Run()
    {
        const int AtOnce = 16;
        epoll_event* ready = stackalloc epoll_event[AtOnce];
        while (true)
        {
            int count = epoll_wait(_epoll, ready, AtOnce, -1);
            for (int i = 0; i < count; i++)
            {
                ReadableSocket? socket;
                lock (_gate) _sockets.TryGetValue(ready[i].data.u64, out socket);
                socket?.Ready();
            }
        }
    }

    private unsafe bool TryControl(int operation, int descriptor, int events, ulong key)
    {
        var request = new epoll_event { events = events };
        request.data.u64 = key;
        return epoll_ctl(_epoll, operation, descriptor, &request) == 0;
    }
}
