using System.Buffers.Binary;
using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Relay;

/// <summary>Messages one behind the other, each with its length before it: a RET_SUBMIT does not say whether data follows.</summary>
internal sealed class MessageQueue
{
    /// <summary>Bytes that a message takes up beside its own.</summary>
    public const int Overhead = sizeof(int);

    private readonly ByteQueue _bytes = new();

    // Of the first message, if a part of it was read.
    private int? _rest;

    public int Count { get; private set; }

    /// <summary>Bytes that it takes up.</summary>
    public int Length => _bytes.Length;

    /// <summary>Bytes of the messages themselves.</summary>
    public int DataLength => _bytes.Length - (Overhead * (_rest is null ? Count : Count - 1));

    /// <summary>Size of the first message, or of what is left of it; 0: there is none.</summary>
    public int NextSize => _rest ?? (Count == 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(_bytes.Waiting));

    /// <summary>Room for a message at the end. The caller fills it: what was there before is still in it.</summary>
    public Span<byte> Append(int size)
    {
        Span<byte> added = _bytes.Append(Overhead + size);
        BinaryPrimitives.WriteInt32LittleEndian(added, size);
        Count++;
        return added[Overhead..];
    }

    /// <summary>Takes out as much of the first message as fits; the rest stays first.</summary>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(NextSize, destination.Length);
        _bytes.Waiting.Slice(_rest is null ? Overhead : 0, count).CopyTo(destination);
        Take(count);
        return count;
    }

    /// <summary>Drops the first message.</summary>
    public void Skip() => Take(NextSize);

    private void Take(int count)
    {
        int left = NextSize - count;
        _bytes.Take((_rest is null ? Overhead : 0) + count);
        _rest = left > 0 ? left : null;
        if (left == 0) Count--;
    }
}
