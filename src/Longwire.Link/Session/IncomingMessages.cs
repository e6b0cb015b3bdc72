using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Session;

/// <summary>
/// What one side receives: every message that has come and that its own kernel has not taken yet. There is room for all that the far side
/// may send, so nothing ever has to wait to be received.
/// </summary>
internal sealed class IncomingMessages(LinkWindow window, TimeSpan ackDelay)
{
    // An acknowledgement that rides on no message is said once this part of the window waits for it, or after the delay.
    private const int PartOfWindow = 4;

    private readonly MessageRing _messages = new(window);
    private ulong _said;
    private int _unsaidBytes;
    private TimeSpan _unsaidSince;

    /// <summary>The number up to which our kernel has taken all.</summary>
    public ulong Written { get; private set; }

    /// <summary>The number of the last message that has come.</summary>
    public ulong Received => Written + (ulong)_messages.Count;

    public int Count => _messages.Count;

    public int Bytes => _messages.Bytes;

    public int Capacity => _messages.Capacity;

    /// <exception cref="LinkProtocolException">Not the next number, or more than the window.</exception>
    public void Check(ulong number, int length)
    {
        ulong next = Received + 1;
        if (number != next) LinkProtocolException.ThrowNumber("number", number, next, next);
        if (_messages.Count == window.Messages)
            LinkProtocolException.ThrowNumber("messages of the window", (ulong)_messages.Count + 1, 1, (ulong)window.Messages);
        if (!_messages.HasRoom(length))
            LinkProtocolException.ThrowNumber("bytes of the window", (ulong)_messages.Bytes + (ulong)length, 1, (ulong)window.Bytes);
    }

    /// <summary>A message that was checked.</summary>
    public void Add(ReadOnlySpan<byte> message) => _messages.Add(message, 0, default);

    public bool TryPeek(int index, out ReadOnlyMemory<byte> message, out ulong number)
    {
        message = default;
        number = 0;
        if (index < 0 || index >= _messages.Count) return false;
        message = _messages.Message(index);
        number = Written + (ulong)index + 1;
        return true;
    }

    /// <summary>Our kernel has taken all messages up to this one.</summary>
    public void MarkWritten(ulong number, TimeSpan now)
    {
        if (number <= Written || number > Received)
            throw new ArgumentOutOfRangeException(nameof(number), number, "not a message that was received and is still to be written");
        int before = _messages.Bytes;
        if (_said == Written) _unsaidSince = now;
        _messages.RemoveFirst((int)(number - Written));
        _unsaidBytes += before - _messages.Bytes;
        Written = number;
    }

    /// <summary>What is stated or said to the far side now.</summary>
    public ulong Say()
    {
        _said = Written;
        _unsaidBytes = 0;
        return Written;
    }

    /// <summary>We say what our kernel has taken, and drop the rest: the far side sends it again.</summary>
    public ulong State()
    {
        _messages.Clear();
        return Say() + 1;
    }

    public bool IsAckDue(TimeSpan now) => AckDueAt is { } at && now >= at;

    /// <summary>When an acknowledgement has to be said alone; null while nothing is to be said.</summary>
    public TimeSpan? AckDueAt
    {
        get
        {
            if (_said == Written) return null;
            bool much = Written - _said >= (ulong)(window.Messages / PartOfWindow) || _unsaidBytes >= window.Bytes / PartOfWindow;
            return much ? TimeSpan.MinValue : _unsaidSince + ackDelay;
        }
    }
}
