namespace Longwire.Lab.Sticks;

/// <summary>What both kinds of ends do alike.</summary>
internal static class SerialReading
{
    /// <inheritdoc cref="ISerialEnd.ReadExactlyAsync"/>
    public static async Task<byte[]> ReadExactlyAsync(ISerialEnd end, int count, TimeSpan deadline)
    {
        byte[] bytes = new byte[count];
        int have = 0;
        using var stop = new CancellationTokenSource(deadline);
        try
        {
            while (have < count)
            {
                int read = await end.ReadAsync(bytes.AsMemory(have), stop.Token);
                if (read == 0) throw new EndOfStreamException($"{end.Description} went away after {have} of {count} bytes.");
                have += read;
            }
            return bytes;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{have} of {count} bytes came out of {end.Description} within {deadline.TotalSeconds:0.0} s.");
        }
    }
}
