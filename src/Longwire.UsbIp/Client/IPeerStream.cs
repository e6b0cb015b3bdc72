namespace Longwire.UsbIp.Client;

/// <summary>A stream of bytes to and from a USB/IP server, whatever carries it. One reads and one writes at a time.</summary>
public interface IPeerStream
{
    /// <param name="bytes">Whole messages.</param>
    /// <returns>How many bytes were sent.</returns>
    /// <exception cref="IOException">It is lost.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <returns>How many bytes were received; 0 at the end of the stream.</returns>
    /// <exception cref="IOException">It is lost.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}
