namespace Longwire.Lab.Sticks;

/// <summary>One end of a serial line: the tty that a consumer has, or the inside of a stick.</summary>
public abstract class SerialEnd : IDisposable
{
    /// <summary>Where it is, for messages.</summary>
    protected abstract string Description { get; }

    public abstract Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>Bytes as they come, at least one; 0 once the device is gone.</summary>
    public abstract Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Exactly so many bytes.</summary>
    /// <exception cref="TimeoutException">They did not come within the deadline.</exception>
    /// <exception cref="EndOfStreamException">The device went away.</exception>
    public async Task<byte[]> ReadExactlyAsync(int count, TimeSpan deadline)
    {
        byte[] bytes = new byte[count];
        int have = 0;
        using var stop = new CancellationTokenSource(deadline);
        try
        {
            while (have < count)
            {
                int read = await ReadAsync(bytes.AsMemory(have), stop.Token);
                if (read == 0) throw new EndOfStreamException($"{Description} went away after {have} of {count} bytes.");
                have += read;
            }
            return bytes;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{have} of {count} bytes came out of {Description} within {deadline.TotalSeconds:0.0} s.");
        }
    }

    public abstract void Dispose();
}
