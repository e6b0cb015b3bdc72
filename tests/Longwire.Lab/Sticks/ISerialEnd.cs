namespace Longwire.Lab.Sticks;

/// <summary>One end of a serial line: the tty that a consumer has, or the inside of a stick.</summary>
public interface ISerialEnd : IDisposable
{
    /// <summary>Where it is, for messages.</summary>
    public string Description { get; }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>Bytes as they come, at least one; 0 once the device is gone.</summary>
    public Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many bytes.</summary>
    /// <exception cref="TimeoutException">They did not come within the deadline.</exception>
    /// <exception cref="EndOfStreamException">The device went away.</exception>
    public Task<byte[]> ReadExactlyAsync(int count, TimeSpan deadline);
}
