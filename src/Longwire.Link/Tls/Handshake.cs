using System.Buffers.Binary;
using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Tls;

/// <summary>
/// A hello and its verdict: the first frame in each direction. Nothing is read beyond it. Cancelled or failed, the connection is of no more
/// use.
/// </summary>
public static class Handshake
{
    private const int LengthSize = Frame.HeaderSize - 1;

    /// <summary>Client.</summary>
    /// <exception cref="LinkRefusedException">The verdict was no.</exception>
    /// <exception cref="IOException">No verdict, or the connection was lost.</exception>
    public static async Task<Welcome> AskAsync(LinkConnection connection, Hello hello, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(hello);
        byte[] bytes = new byte[hello.Size];
        hello.Write(bytes);
        await connection.SendAsync(bytes, cancellationToken);
        return Verdict(await ReadAsync(connection, cancellationToken));
    }

    /// <summary>Server.</summary>
    /// <returns>Null: it has another major, and nothing more of it can be read. Refuse it as such.</returns>
    /// <exception cref="LinkException">It is no hello.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static async Task<Hello?> ReadHelloAsync(LinkConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return ReadHello(await ReadAsync(connection, cancellationToken));
    }

    /// <summary>Server: yes.</summary>
    public static ValueTask WelcomeAsync(LinkConnection connection, Welcome welcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(welcome);
        byte[] bytes = new byte[welcome.Size];
        welcome.Write(bytes);
        return connection.SendAsync(bytes, cancellationToken);
    }

    /// <summary>Server: no. The connection is to be ended.</summary>
    public static async Task RefuseAsync(LinkConnection connection, RefusalReason reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        byte[] bytes = new byte[Refusal.Size];
        new Refusal(ProtocolVersion.Current, reason).Write(bytes);
        await connection.SendAsync(bytes, cancellationToken);
        await connection.EndSendingAsync();
    }

    /// <summary>Until the other side has closed as well. What it still says is not looked at.</summary>
    public static async Task WaitForEndAsync(LinkConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        byte[] rest = new byte[Frame.HeaderSize];
        while (await connection.ReceiveAsync(rest, cancellationToken) > 0)
        {
        }
    }

    private static Hello? ReadHello(byte[] bytes)
    {
        Frame frame = FrameOf(bytes);
        if (frame.Type != FrameType.Hello) throw new LinkProtocolException($"a frame of the type {frame.Type} where a hello must be");
        return Hello.ParseVersion(frame.Body).Major == ProtocolVersion.Current.Major ? Hello.Parse(frame.Body) : null;
    }

    private static Welcome Verdict(byte[] bytes)
    {
        Frame frame = FrameOf(bytes);
        return frame.Type switch
        {
            FrameType.Welcome => Welcome.Parse(frame.Body),
            FrameType.Refusal => throw new LinkRefusedException(Refusal.Parse(frame.Body)),
            _ => throw new LinkProtocolException($"a frame of the type {frame.Type} where a verdict must be"),
        };
    }

    private static Frame FrameOf(byte[] bytes) => Frame.TryRead(bytes, Frame.MaxHandshakeLength, out Frame frame)
        ? frame
        : throw new InvalidOperationException("a frame that was read whole is not");

    private static async Task<byte[]> ReadAsync(LinkConnection connection, CancellationToken cancellationToken)
    {
        byte[] head = new byte[LengthSize];
        await ReadExactlyAsync(connection, head, cancellationToken);
        // Of a length that cannot be it says so.
        Frame.TryRead(head, Frame.MaxHandshakeLength, out _);
        byte[] bytes = new byte[LengthSize + (int)BinaryPrimitives.ReadUInt32BigEndian(head)];
        head.CopyTo(bytes, 0);
        await ReadExactlyAsync(connection, bytes.AsMemory(LengthSize), cancellationToken);
        return bytes;
    }

    private static async Task ReadExactlyAsync(LinkConnection connection, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int read = await connection.ReceiveAsync(buffer, cancellationToken);
            if (read == 0) throw new LinkClosedException("it closed the connection before it had said who it is, or what it decides");
            buffer = buffer[read..];
        }
    }
}
