using System.Net.Sockets;
using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Client;

/// <summary>
/// Exact sends and receives. Nothing is read ahead: the byte after the last one we asked for belongs to the kernel that gets the stream.
/// </summary>
internal sealed class ExactPeer(IPeerStream stream, string name)
{
    /// <summary>Bytes received so far: between two looks, whether the peer has said anything.</summary>
    public long Received { get; private set; }

    /// <summary>For messages: the name or address as the caller wrote it.</summary>
    public override string ToString() => name;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, StepDeadline deadline)
    {
        try
        {
            while (!bytes.IsEmpty) bytes = bytes[await stream.SendAsync(bytes, deadline.Token)..];
        }
        catch (SocketException e)
        {
            throw Lost(deadline, e);
        }
    }

    public async Task ReceiveExactlyAsync(Memory<byte> buffer, StepDeadline deadline)
    {
        int received = await ReceiveUpToAsync(buffer, deadline);
        if (received < buffer.Length)
        {
            throw new UsbIpClosedException(
                $"{deadline.Step}: the peer closed after {FieldFormat.Number(received)} of {FieldFormat.Number(buffer.Length)} bytes")
            {
                Unanswered = Received == 0,
            };
        }
    }

    /// <summary>Fills the buffer, or as much of it as comes before the peer closes.</summary>
    public async Task<int> ReceiveUpToAsync(Memory<byte> buffer, StepDeadline deadline)
    {
        int received = 0;
        try
        {
            while (received < buffer.Length)
            {
                int n = await stream.ReceiveAsync(buffer[received..], deadline.Token);
                if (n == 0) break;
                received += n;
                Received += n;
            }
        }
        catch (SocketException e)
        {
            throw Lost(deadline, e);
        }
        return received;
    }

    // Closed with our question unread, a connection ends with a reset; a peer that is gone ends it by a time-out of TCP's own.
    private UsbIpClosedException Lost(StepDeadline deadline, SocketException e) =>
        new($"{deadline.Step}: the connection was lost ({e.Message})", e)
        {
            Unanswered = Received == 0
                && e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown,
        };
}
