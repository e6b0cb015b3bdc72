namespace Longwire.Link.Tests.Simulation;

/// <summary>One direction of a connection: bytes arrive in order, in pieces of any size, late, and from some byte on not at all.</summary>
internal sealed class Pipe(Random random)
{
    private byte[] _bytes = new byte[512];
    private int _written, _arrived, _read;

    /// <summary>What is behind this byte never arrives, and nobody is told.</summary>
    public int LostAfter { get; set; } = int.MaxValue;

    /// <summary>Of a hundred chances to arrive, how many are missed.</summary>
    public int Slowness { get; set; }

    /// <summary>What has arrived and was not consumed.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_read, _arrived - _read);

    public int Written => _written;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _bytes.Length - _written)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _written + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_written));
        _written += bytes.Length;
    }

    public void Consume(int count) => _read += count;

    /// <summary>Time passes.</summary>
    /// <returns>Whether something arrived.</returns>
    public bool Move()
    {
        int most = Math.Min(_written, LostAfter);
        if (most <= _arrived || random.Next(100) < Slowness) return false;
        _arrived = random.Next(3) == 0 ? random.Next(_arrived, most) + 1 : most;
        return true;
    }
}
