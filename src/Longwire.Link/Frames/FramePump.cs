using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>
/// Moves frames over one connection after its handshake, until it is lost: reads always, writes what the handler has, and pings. Whoever
/// has something to write calls <see cref="Send"/>: it goes out at once, on the caller's thread, as far as the connection takes it.
/// </summary>
public sealed class FramePump
{
    // All that waits in one record, as TLS has it: so a header, its data and what is queued behind it leave in one write.
    private const int FirstChunk = 16 * 1024;
    private const int FirstBuffer = 4 * 1024;
    private const int Idle = 0, Writing = 1, WritingAndMore = 2;

    private readonly LinkConnection _connection;
    private readonly IFrameHandler _handler;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly PingPong _pings;
    private readonly Lock _arming = new();
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _chunk = new byte[FirstChunk];
    private int _writer;
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private volatile bool _over;
    private volatile LossCause? _cause;

    /// <param name="connection">Is ended with the pump, and stays the caller's to dispose.</param>
    /// <param name="time">
    /// Its timers should not run on the thread pool: one that is starved looks like a network that is lost. See <see cref="TimerThread"/>.
    /// </param>
    /// <param name="origin">A timestamp of it: the handler's times are counted from there.</param>
    /// <param name="pace">Of its pings; null: the brisk one.</param>
    public FramePump(LinkConnection connection, IFrameHandler handler, TimeProvider time, long origin, LinkPace? pace = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_connection, _handler, _time, _start) = (connection, handler, time, origin);
        _pings = new PingPong(Now, pace ?? LinkPace.Brisk);
        _timer = time.CreateTimer(static pump => ((FramePump)pump!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Of the last ping that was answered; null before the first.</summary>
    public TimeSpan? RoundTrip => _pings.RoundTrip;

    /// <summary>For how long nothing was heard.</summary>
    public TimeSpan SilentFor => _pings.SilentFor(Now);

    /// <summary>Until the connection is over, which is told by how it ended. Never throws.</summary>
    public async Task<LossCause> RunAsync()
    {
        Arm(_pings.NextCheck);
        Send();
        try
        {
            await ReadAsync();
            End(new LossCause(LossKind.Closed, "the connection was closed"));
        }
        catch (LinkException e)
        {
            End(new LossCause(LossKind.Broken, e.Message));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            End(LossCause.Of(e));
        }
        // What follows is nothing for a thread on which others wait to be read.
        await Task.Yield();
        _over = true;
        await _timer.DisposeAsync();
        // Whoever is writing now finds it over; a write under way has failed with the connection.
        Send();
        await _written.Task;
        return _cause!;
    }

    /// <summary>There may be frames to write.</summary>
    public void Send()
    {
        if (Interlocked.Exchange(ref _writer, WritingAndMore) == Idle) _ = WriteAllAsync();
        Arm();
    }

    /// <summary>Another pace of its pings, from now on. Writes nothing itself: what is due by that its timer finds.</summary>
    public void Change(LinkPace pace)
    {
        _pings.Change(pace, Now);
        Arm();
    }

    /// <summary>Ends it at once. What was not sent is not sent any more.</summary>
    public void End(LossCause cause)
    {
        _cause ??= cause;
        _connection.Abort();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[FirstBuffer];
        int have = 0;
        while (true)
        {
            // An idle connection holds no buffer of TLS's.
            if (have == 0) await _connection.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            int read = await _connection.ReceiveAsync(buffer.AsMemory(have), CancellationToken.None);
            if (read == 0) return;
            _pings.Heard(Now);
            have += read;
            int consumed = Take(buffer.AsSpan(0, have), out int needed);
            have -= consumed;
            if (needed > buffer.Length) Array.Resize(ref buffer, needed);
            buffer.AsSpan(consumed, have).CopyTo(buffer);
            _handler.Received();
            Send();
        }
    }

    // Once a frame needs more room it keeps it: what carries one large message carries others.
    private int Take(ReadOnlySpan<byte> bytes, out int needed)
    {
        int consumed = 0;
        needed = 0;
        while (Frame.TryRead(bytes[consumed..], Frame.MaxLength, out Frame frame))
        {
            if (!_pings.Take(frame, Now)) _handler.Receive(frame);
            consumed += frame.Size;
        }
        if (Frame.TryReadSize(bytes[consumed..], Frame.MaxLength, out int size)) needed = size;
        return consumed;
    }

    // Never throws: what goes wrong with the connection its reader learns as well.
    private async Task WriteAllAsync()
    {
        do
        {
            Volatile.Write(ref _writer, Writing);
            try
            {
                while (!_over && Fill() is var length and > 0)
                {
                    await _connection.SendAsync(_chunk.AsMemory(0, length), CancellationToken.None);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                End(LossCause.Of(e));
            }
            if (!_over) continue;
            _written.TrySetResult();
            return;
        }
        while (Interlocked.CompareExchange(ref _writer, Idle, Writing) != Writing);
        Arm();
    }

    private int Fill()
    {
        TimeSpan now = Now;
        if (_handler.NextFrameSize is var next && next > _chunk.Length) _chunk = new byte[next];
        int at = _pings.Write(_chunk, now);
        at += _handler.Write(_chunk.AsSpan(at));
        if (at > 0) _pings.Said(now);
        return at;
    }

    // On the timer's own thread.
    private void Look()
    {
        lock (_arming) _armedFor = TimeSpan.MaxValue;
        if (_over) return;
        TimeSpan now = Now;
        if (_pings.IsLost(now))
        {
            if (!_connection.HasUnread)
            {
                End(LossCause.Silent(_pings.LostAfter));
                return;
            }
            // It is there, and we did not run.
            _pings.Heard(now);
        }
        Send();
    }

    private void Arm()
    {
        TimeSpan due = _pings.NextCheck;
        // Whoever is writing looks for what is due when that is done: until then it could only be found due again and again.
        if (Volatile.Read(ref _writer) == Idle && _handler.NextDue is { } next && next < due) due = next;
        Arm(due);
    }

    // Only ever earlier: a timer that runs out too soon does no harm, and is armed anew then.
    private void Arm(TimeSpan due)
    {
        lock (_arming)
        {
            if (_over || due >= _armedFor) return;
            _armedFor = due;
            // What is due at once is due at the least of all times, which nothing can be subtracted from.
            TimeSpan now = Now;
            _timer.Change(due > now ? due - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
