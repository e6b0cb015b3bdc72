using System.Net.Sockets;
using System.Threading.Channels;

namespace Longwire.Lab.Sticks;

/// <summary>The connection to the inside of an emulated chip, read from the first moment to the last.</summary>
internal sealed class FtdiInside
{
    private const int ReadAtOnce = 4096;
    private const int ReadsKept = 16_384;

    private readonly Socket _socket;
    private readonly Channel<byte[]> _heard;
    private readonly Task _listening;
    private ReadOnlyMemory<byte> _rest;
    private bool _lost;

    public FtdiInside(Socket socket)
    {
        _socket = socket;
        _heard = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(ReadsKept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => _lost = true);
        _listening = ListenAsync();
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }

    /// <summary>Bytes as they came, at least one; 0 once the stick is pulled.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty)
        {
            if (!await _heard.Reader.WaitToReadAsync(cancellationToken)) return 0;
            _heard.Reader.TryRead(out byte[]? next);
            _rest = next;
        }
        if (_lost) throw new InvalidDataException($"The stick was told more than {ReadsKept} words that the test did not read.");
        int count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    /// <summary>Pulls the stick, and ends with that.</summary>
    public async Task PullAsync()
    {
        _socket.Dispose();
        await _listening;
    }

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[ReadAtOnce];
        try
        {
            while (await _socket.ReceiveAsync(buffer, SocketFlags.None) is > 0 and var count) _heard.Writer.TryWrite(buffer[..count]);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Pulled, or switched off with the Pi.
        }
        _heard.Writer.Complete();
    }
}
