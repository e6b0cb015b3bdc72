using Longwire.Link.Session;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// The messages of a session as a stream, for the time before a kernel has the stick: one asks and is answered, and the session is not
/// held.
/// </summary>
/// <param name="gate">Guards the session.</param>
/// <param name="now">The session's clock.</param>
/// <param name="send">There is something to send.</param>
internal sealed class SessionStream(LinkSession session, Lock gate, Func<TimeSpan> now, Action send, TimeProvider time) : IPeerStream
{
    private readonly AsyncAutoResetEvent _changed = new(time);
    private int _taken;
    private volatile string? _lost;

    /// <summary>Messages may have come.</summary>
    public void Changed() => _changed.Raise();

    /// <summary>Nothing more will come, because of this.</summary>
    public void End(string why)
    {
        _lost ??= why;
        _changed.Raise();
    }

    /// <summary>The first message: what the Pi gives.</summary>
    /// <exception cref="IOException">It ended, or is none.</exception>
    public async Task<ExportedDevice> ReadDeviceAsync(CancellationToken cancellationToken)
    {
        byte[] reply = new byte[ImportReply.Size];
        for (int have = 0; have < reply.Length;) have += await ReceiveAsync(reply.AsMemory(have), cancellationToken);
        OpCommon.Parse(reply).Expect(OpCode.ReplyImport);
        return DeviceRecord.Parse(reply.AsSpan(OpCommon.Size));
    }

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (_lost is { } why) throw new IOException(why);
            if (!session.TrySend(bytes.Span, now(), out _)) throw new IOException("the Pi takes nothing more");
        }
        send();
        return ValueTask.FromResult(bytes.Length);
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(buffer.Span) is var taken and > 0)
            {
                send();
                return taken;
            }
            if (_lost is { } why) throw new IOException(why);
            await _changed.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }

    // A part of a message stays for the next call.
    private int TryTake(Span<byte> buffer)
    {
        lock (gate)
        {
            if (!session.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong number)) return 0;
            ReadOnlySpan<byte> rest = message.Span[_taken..];
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer);
            _taken += count;
            if (_taken == message.Length)
            {
                _taken = 0;
                session.Written(number, now());
            }
            return count;
        }
    }
}
