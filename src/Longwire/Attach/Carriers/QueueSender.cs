using System.Net.Sockets;
using Longwire.UsbIp.Urbs;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Sends what waits in one of the proxy's queues. Whoever has put something there calls <see cref="Send"/>: it goes out at once, on the
/// caller's thread, as far as the socket takes it. The reader of the other side must never wait for a socket, for vhci_hcd is read always.
/// </summary>
/// <param name="gate">Guards the proxy. It is never held while something is sent.</param>
internal sealed class QueueSender(Socket socket, ByteQueue queue, Lock gate) : IFarSender
{
    // A header, the data of an URB and all that is queued behind it in one segment.
    private const int Chunk = 16 * 1024;

    private readonly byte[] _chunk = new byte[Chunk];
    private bool _sending;
    private bool _broken;
    private TaskCompletionSource? _idle;

    /// <summary>Nothing more is taken out of the queue. The gate must be held: what follows in the queue is another session's.</summary>
    public void Close() => _broken = true;

    /// <summary>Begins to send what waits, unless that is under way.</summary>
    public void Send()
    {
        lock (gate)
        {
            if (_sending || _broken || queue.Length == 0) return;
            _sending = true;
        }
        _ = SendAllAsync();
    }

    /// <summary>The socket has ended: nothing is sent any more.</summary>
    public bool IsBroken
    {
        get
        {
            lock (gate) return _broken;
        }
    }

    /// <summary>Ends once nothing is being sent.</summary>
    public Task WhenIdleAsync()
    {
        lock (gate)
        {
            if (!_sending) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    // Never throws: what went wrong with the socket its reader learns as well. WhenIdleAsync is how it is awaited.
    private async Task SendAllAsync()
    {
        try
        {
            while (TakeChunk() is var length and > 0)
            {
                for (int sent = 0; sent < length;)
                    sent += await socket.SendAsync(_chunk.AsMemory(sent, length - sent), SocketFlags.None);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            lock (gate)
            {
                _broken = true;
                Finish();
            }
        }
    }

    private int TakeChunk()
    {
        lock (gate)
        {
            int length = _broken ? 0 : queue.Read(_chunk);
            if (length == 0) Finish();
            return length;
        }
    }

    private void Finish()
    {
        _sending = false;
        _idle?.SetResult();
        _idle = null;
    }
}
