using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Session;

/// <summary>
/// What one side sends: every message that the far kernel has not taken yet, first those that were sent over the present connection, then
/// those that were not. Numbers follow from the order, so they are never kept: the first one has the number behind the last that was taken.
/// </summary>
internal sealed class OutgoingMessages(LinkWindow window)
{
    private readonly MessageRing _messages = new(window);
    private int _sent;
    private ulong _lastTicket;

    /// <summary>The number up to which the far kernel has taken all.</summary>
    public ulong Acknowledged { get; private set; }

    /// <summary>The highest number that was sent since the far side last stated its own.</summary>
    public ulong Sent => Acknowledged + (ulong)_sent;

    public int Count => _messages.Count;

    public int Bytes => _messages.Bytes;

    public int Capacity => _messages.Capacity;

    public int UnsentCount => _messages.Count - _sent;

    public bool TryAdd(ReadOnlySpan<byte> message, TimeSpan now, out MessageTicket ticket)
    {
        ticket = default;
        if (!_messages.HasRoom(message.Length)) return false;
        ticket = new MessageTicket(++_lastTicket);
        _messages.Add(message, ticket.Value, now);
        return true;
    }

    public UnsentMessage Unsent(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, UnsentCount);
        ref readonly MessageRing.Entry entry = ref _messages[_sent + index];
        return new UnsentMessage(new MessageTicket(entry.Ticket), entry.Since, _messages.Message(_sent + index));
    }

    /// <summary>The message that is sent next.</summary>
    public bool TryNext(out ReadOnlyMemory<byte> message)
    {
        message = default;
        if (UnsentCount == 0) return false;
        message = _messages.Message(_sent);
        return true;
    }

    /// <summary>That message was sent.</summary>
    /// <returns>Its number.</returns>
    public ulong MarkSent()
    {
        _sent++;
        return Sent;
    }

    /// <summary>What the far side says that its kernel has taken.</summary>
    /// <exception cref="LinkProtocolException">It takes something back, or was never sent it.</exception>
    public void CheckAcknowledged(ulong number)
    {
        if (number < Acknowledged || number > Sent) LinkProtocolException.ThrowNumber("acknowledged", number, Acknowledged, Sent);
    }

    /// <summary>The same, checked.</summary>
    public void Acknowledge(ulong number)
    {
        int taken = (int)(number - Acknowledged);
        _messages.RemoveFirst(taken);
        _sent -= taken;
        Acknowledged = number;
    }

    /// <summary>
    /// The far side has stated over a new connection what its kernel has taken, and dropped the rest: that counts as unsent.
    /// </summary>
    public void Restart(ulong number)
    {
        Acknowledge(number);
        _sent = 0;
    }

    public WithdrawOutcome Withdraw(MessageTicket ticket)
    {
        int index = IndexOf(ticket);
        if (index < 0) return WithdrawOutcome.TooLate;
        if (index < _sent) return WithdrawOutcome.OnItsWay;
        _messages.RemoveAt(index);
        return WithdrawOutcome.Withdrawn;
    }

    public MessageFate FateOf(MessageTicket ticket)
    {
        int index = IndexOf(ticket);
        if (index < 0) return MessageFate.Delivered;
        return index < _sent ? MessageFate.Unknown : MessageFate.Unsent;
    }

    // Tickets rise, with gaps where messages were withdrawn.
    private int IndexOf(MessageTicket ticket)
    {
        if (ticket.Value == 0 || ticket.Value > _lastTicket) throw new ArgumentException("no ticket of this session", nameof(ticket));
        int low = 0, high = _messages.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ulong found = _messages[middle].Ticket;
            if (found == ticket.Value) return middle;
            if (found < ticket.Value) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }
}
