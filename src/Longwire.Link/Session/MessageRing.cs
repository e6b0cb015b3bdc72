using System.Numerics;
using Longwire.Link.Wire;

namespace Longwire.Link.Session;

/// <summary>
/// Messages in the order in which they came, at most a window of them. Each lies in one piece and is never moved, so that it may be written
/// from where it lies while others come. The memory grows with what is held, up to a window and one message; after that nothing is
/// allocated.
/// </summary>
internal sealed class MessageRing(LinkWindow window)
{
    private const int FirstBytes = 4096, FirstEntries = 16;

    private byte[] _bytes = [];
    private Entry[] _entries = [];
    private int _first;

    public int Count { get; private set; }

    /// <summary>Of all messages together.</summary>
    public int Bytes { get; private set; }

    /// <summary>Memory that is held, in bytes of messages.</summary>
    public int Capacity => _bytes.Length;

    public ref readonly Entry this[int index] => ref At(index);

    public ReadOnlyMemory<byte> Message(int index)
    {
        ref readonly Entry entry = ref At(index);
        return entry.Memory.AsMemory(entry.Start, entry.Length);
    }

    public bool HasRoom(int length) => Count < window.Messages && length <= window.Bytes - Bytes;

    /// <summary>Takes a copy. The caller has asked <see cref="HasRoom"/>.</summary>
    public void Add(ReadOnlySpan<byte> message, ulong ticket, TimeSpan since)
    {
        if (!TryPlace(message.Length, out int start))
        {
            Move(message.Length);
            _ = TryPlace(message.Length, out start);
        }
        if (Count == _entries.Length) GrowEntries();
        message.CopyTo(_bytes.AsSpan(start));
        Count++;
        At(Count - 1) = new Entry(_bytes, start, message.Length, ticket, since);
        Bytes += message.Length;
    }

    public void RemoveFirst(int count)
    {
        for (; count > 0; count--)
        {
            Bytes -= At(0).Length;
            At(0) = default;
            _first = (_first + 1) & (_entries.Length - 1);
            Count--;
        }
    }

    /// <summary>Takes one out of the middle. Its bytes are free once those before it are.</summary>
    public void RemoveAt(int index)
    {
        Bytes -= At(index).Length;
        for (int i = index; i < Count - 1; i++) At(i) = At(i + 1);
        At(Count - 1) = default;
        Count--;
    }

    public void Clear() => RemoveFirst(Count);

    private ref Entry At(int index) => ref _entries[(_first + index) & (_entries.Length - 1)];

    // Behind the last message; if there is not enough up to the end of the memory, before the first one.
    private bool TryPlace(int length, out int start)
    {
        start = 0;
        if (Count == 0) return length <= _bytes.Length;
        int head = At(0).Start, tail = At(Count - 1).Start + At(Count - 1).Length;
        if (At(Count - 1).Start < head)
        {
            start = tail;
            return length <= head - tail;
        }
        if (length <= _bytes.Length - tail)
        {
            start = tail;
            return true;
        }
        return length <= head;
    }

    // To other memory, twice as large or as large as can ever be needed: with a window and one more message there is always a place, unless
    // messages were withdrawn between others. A message that is being written now stays valid where it lies.
    private void Move(int length)
    {
        int most = window.Bytes + window.MaxMessage;
        int needed = Math.Max(FirstBytes, Math.Max(2 * _bytes.Length, Bytes + length));
        byte[] bytes = new byte[Math.Min(most, (int)BitOperations.RoundUpToPowerOf2((uint)needed))];
        int start = 0;
        for (int i = 0; i < Count; i++)
        {
            ref Entry entry = ref At(i);
            Message(i).CopyTo(bytes.AsMemory(start));
            entry = entry with { Memory = bytes, Start = start };
            start += entry.Length;
        }
        _bytes = bytes;
    }

    private void GrowEntries()
    {
        var entries = new Entry[Math.Max(FirstEntries, 2 * _entries.Length)];
        for (int i = 0; i < Count; i++) entries[i] = At(i);
        _entries = entries;
        _first = 0;
    }

    /// <summary>One message: where it lies, and what its owner wants to know of it.</summary>
    internal readonly record struct Entry(byte[] Memory, int Start, int Length, ulong Ticket, TimeSpan Since);
}
