using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Longwire.Link.Tls;

/// <summary>A socket below TLS that is waited for by an <see cref="IReadWait"/>.</summary>
/// <param name="wait">Becomes the stream's to dispose, with the socket.</param>
internal sealed class PromptStream(Socket socket, IReadWait wait) : Stream
{
    // What does not go out at once hardly ever has to wait for long: the other side reads always.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private volatile bool _isPrompt;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From the next read on whoever reads goes on where it was noticed that there is something.</summary>
    public void BePrompt() => _isPrompt = true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // TLS waits with an empty buffer first.
        if (!buffer.IsEmpty && TryRead(buffer.Span, out int read)) return ValueTask.FromResult(read);
        return _isPrompt ? WaitAndReadAsync(buffer) : new ValueTask<int>(WaitAndReadOnPoolAsync(buffer, cancellationToken));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int sent = WriteNow(buffer.Span);
        return sent == buffer.Length ? ValueTask.CompletedTask : new ValueTask(WaitAndWriteAsync(buffer[sent..], cancellationToken));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            wait.Dispose();
            socket.Dispose();
        }
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndReadAsync(Memory<byte> buffer)
    {
        while (true)
        {
            await wait.WaitAsync();
            if (buffer.IsEmpty) return 0;
            if (TryRead(buffer.Span, out int read)) return read;
        }
    }

    private async Task<int> WaitAndReadOnPoolAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            await wait.WaitOnPoolAsync(cancellationToken);
            if (buffer.IsEmpty) return 0;
            if (TryRead(buffer.Span, out int read)) return read;
        }
    }

    private async Task WaitAndWriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            // On a thread of its own, for the pool's are few. Whoever has to give it up closes the socket.
            await Task.Factory.StartNew(
                () => socket.Poll(s_look, SelectMode.SelectWrite),
                cancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            buffer = buffer[WriteNow(buffer.Span)..];
        }
    }

    private bool TryRead(Span<byte> buffer, out int read)
    {
        read = socket.Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock) return false;
        ThrowIf(error);
        return true;
    }

    private int WriteNow(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        while (sent < bytes.Length)
        {
            sent += socket.Send(bytes[sent..], SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) break;
            ThrowIf(error);
        }
        return sent;
    }

    private static void ThrowIf(SocketError error)
    {
        if (error == SocketError.Success) return;
        var cause = new SocketException((int)error);
        throw new IOException(cause.Message, cause);
    }
}
