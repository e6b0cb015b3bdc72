using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Wire;

namespace Longwire.Link.Session;

/// <summary>
/// One end of a session, as a state machine: no sockets, no tasks, no clock. Messages go in both directions over one connection after the
/// other, and each reaches the far kernel exactly once and in order, or the session ends with a reason. It is not safe for several threads:
/// its owner holds a lock, never around I/O.
/// <para>
/// The client calls <see cref="Connect"/> for each connection, then <see cref="TryWelcome"/>; the server <see cref="TryAccept"/>. Before
/// either is called, the caller has <b>cancelled and awaited</b> all that still feeds its kernel from an older connection, and has reported
/// it by <see cref="Written"/>: what is stated then is final, and what was received beyond it is dropped.
/// </para>
/// <para>
/// A <see cref="LinkException"/> means that the far side is broken or hostile. It leaves the session as it was: the caller gives up the
/// connection, and decides whether the session may have another.
/// </para>
/// </summary>
public sealed class LinkSession
{
    private readonly LinkWindow _offered;
    private readonly int _largest;
    private OutgoingMessages? _outgoing;
    private IncomingMessages? _incoming;
    private EndExchange _end;
    private bool _welcomed;

    /// <param name="id">On the client a new one, on the server that of the hello.</param>
    /// <param name="window">What this side would hold in each direction. What both sides agree on is no more.</param>
    /// <param name="largest">
    /// The largest message that is ever given to <see cref="TrySend"/>: a far side that would not have it whole is refused, for the session
    /// could not go on once there is one.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A window that cannot be said on the wire, or that does not hold that
    /// message.</exception>
    public LinkSession(SessionId id, LinkWindow window, int largest = 1)
    {
        if (!window.IsAllowed) throw new ArgumentOutOfRangeException(nameof(window), window, "not a window that can be agreed on");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(largest, window.MaxMessage);
        Id = id;
        _offered = window;
        _largest = largest;
    }

    public SessionId Id { get; }

    public LinkState State { get; private set; }

    /// <summary>Of the latest connection; 0 before the first.</summary>
    public uint Epoch { get; private set; }

    /// <summary>What both sides agreed on, in each direction; null before the first welcome.</summary>
    public LinkWindow? Window { get; private set; }

    /// <summary>Why it is over, or about to be; None before.</summary>
    public EndReason EndReason => _end.Reason;

    /// <summary>The far side ended it.</summary>
    public bool EndedByPeer => _end.ByPeer;

    /// <summary>Messages that the far kernel has not taken, as far as is known here.</summary>
    public int OutgoingCount => _outgoing?.Count ?? 0;

    /// <summary>Messages that have come and are still to be written.</summary>
    public int IncomingCount => _incoming?.Count ?? 0;

    /// <summary>How many messages are known not to be with the far side.</summary>
    public int UnsentCount => _outgoing?.UnsentCount ?? 0;

    /// <summary>When <see cref="WriteFrames"/> has to be called though nothing else happens; null for never.</summary>
    public TimeSpan? AckDueAt => State is LinkState.Connected or LinkState.Ending ? _incoming!.AckDueAt : null;

    internal OutgoingMessages? Outgoing => _outgoing;

    internal IncomingMessages? Incoming => _incoming;

    /// <summary>Client: the next connection. Whatever came over those before it is dropped from now on.</summary>
    /// <param name="identity">All that is not the session's: instance, token, names.</param>
    /// <returns>What to say first over it.</returns>
    /// <exception cref="InvalidOperationException">The session is over.</exception>
    public Hello Connect(Hello identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        if (State is LinkState.Ending or LinkState.Ended) throw new InvalidOperationException("the session is over");
        Epoch = checked(Epoch + 1);
        State = LinkState.Connecting;
        return identity with
        {
            Purpose = HelloPurpose.Session,
            SessionId = Id,
            Epoch = Epoch,
            Resume = _welcomed,
            Window = Window ?? _offered,
            NextExpected = _incoming?.State() ?? 1,
        };
    }

    /// <summary>
    /// Client: the verdict of a connection. From here until <see cref="WriteFrames"/> is called, all that the far side has not taken counts
    /// as unsent and may be withdrawn.
    /// </summary>
    /// <returns>False for one that a later connection has overtaken: give it up.</returns>
    /// <exception cref="LinkProtocolException">It contradicts the session.</exception>
    public bool TryWelcome(Welcome welcome)
    {
        ArgumentNullException.ThrowIfNull(welcome);
        if (State != LinkState.Connecting || welcome.Epoch < Epoch) return false;
        if (welcome.Epoch != Epoch) LinkProtocolException.ThrowNumber("epoch", welcome.Epoch, Epoch, Epoch);
        LinkWindow window = Window ?? LinkWindow.Agree(_offered, welcome.Window);
        welcome.Window.Require(window, _largest);
        RequireNext(welcome.NextExpected);
        Stand(window, welcome.NextExpected);
        _welcomed = true;
        return true;
    }

    /// <summary>Server: a connection of this session. See <see cref="TryWelcome"/> for what may be withdrawn then.</summary>
    /// <param name="hello">Its session id is this one's; its key may have it.</param>
    /// <param name="identity">All that is not the session's: silence and names.</param>
    /// <param name="welcome">What to say first over it.</param>
    /// <param name="refusal">Why not.</param>
    /// <exception cref="LinkProtocolException">It contradicts the session: refuse it as such.</exception>
    public bool TryAccept(Hello hello, Welcome identity, out Welcome welcome, out RefusalReason refusal)
    {
        ArgumentNullException.ThrowIfNull(hello);
        ArgumentNullException.ThrowIfNull(identity);
        welcome = identity;
        refusal = RefusalReason.None;
        if (State is LinkState.Ending or LinkState.Ended || (State == LinkState.New && hello.Resume))
            refusal = RefusalReason.UnknownSession;
        else if (hello.Epoch <= Epoch)
            refusal = RefusalReason.OldEpoch;
        if (refusal != RefusalReason.None) return false;
        LinkWindow window = LinkWindow.Agree(_offered, hello.Window);
        window.Require(Window ?? window, _largest);
        RequireNext(hello.NextExpected);
        Epoch = hello.Epoch;
        Stand(window, hello.NextExpected);
        welcome = identity with { Epoch = Epoch, Window = window, NextExpected = _incoming!.State() };
        return true;
    }

    /// <summary>The connection of this epoch is gone. That never ends a session, unless it was ending anyway.</summary>
    /// <returns>False for an older connection, which means nothing.</returns>
    public bool Lost(uint epoch)
    {
        if (epoch != Epoch || State is not (LinkState.Connecting or LinkState.Connected or LinkState.Ending)) return false;
        State = State == LinkState.Ending ? LinkState.Ended : LinkState.Lost;
        return true;
    }

    /// <summary>
    /// It is over. Over a connection the far side is told behind all that was given to the session before, and answers; without one the
    /// session is over at once, and the far side learns it when it comes back. What was received may still be written.
    /// </summary>
    public void End(EndReason reason)
    {
        if (State is LinkState.Ending or LinkState.Ended) return;
        _end.Begin(reason);
        State = State == LinkState.Connected ? LinkState.Ending : LinkState.Ended;
    }

    /// <summary>Takes a message, to be sent now or after the next welcome. The session keeps a copy until the far kernel has it.</summary>
    /// <returns>False if there is no room in the window, no welcome yet, or the session is over.</returns>
    /// <exception cref="ArgumentException">No bytes, or more than the window can hold.</exception>
    public bool TrySend(ReadOnlySpan<byte> message, TimeSpan now, out MessageTicket ticket)
    {
        ticket = default;
        if (_outgoing is null || State is LinkState.Ending or LinkState.Ended) return false;
        if (message.IsEmpty || message.Length > Window!.Value.MaxMessage)
            throw new ArgumentException("not a message that fits the window and a frame", nameof(message));
        return _outgoing.TryAdd(message, now, out ticket);
    }

    /// <summary>One of the <see cref="UnsentCount"/> messages that are known not to be with the far side, the oldest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public UnsentMessage Unsent(int index) => _outgoing is null
        ? throw new ArgumentOutOfRangeException(nameof(index))
        : _outgoing.Unsent(index);

    /// <summary>Takes a message back, if it is known that the far side has not got it.</summary>
    /// <exception cref="ArgumentException">No ticket of this session.</exception>
    public WithdrawOutcome Withdraw(MessageTicket ticket) => Holder(ticket).Withdraw(ticket);

    /// <summary>What is known of a message. It stays when the session is over.</summary>
    /// <exception cref="ArgumentException">No ticket of this session.</exception>
    public MessageFate FateOf(MessageTicket ticket) => Holder(ticket).FateOf(ticket);

    /// <summary>
    /// Looks at a message that is to be written to the kernel. Its memory stays valid until it is reported <see cref="Written"/>, or until
    /// the next connection is stated.
    /// </summary>
    /// <param name="index">0 for the next one.</param>
    /// <returns>False if there are not so many.</returns>
    public bool TryPeek(int index, out ReadOnlyMemory<byte> message, out ulong number)
    {
        message = default;
        number = 0;
        return _incoming is not null && _incoming.TryPeek(index, out message, out number);
    }

    /// <summary>The kernel has taken all messages up to this number. Only now may the far side forget them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No message that is to be written.</exception>
    public void Written(ulong number, TimeSpan now)
    {
        if (_incoming is null) throw new ArgumentOutOfRangeException(nameof(number), number, "nothing was received");
        _incoming.MarkWritten(number, now);
    }

    /// <summary>A frame that came over the connection of this epoch. It allocates nothing.</summary>
    /// <exception cref="LinkException">Malformed, or against the protocol. Nothing has changed.</exception>
    public ReceiveOutcome Receive(uint epoch, Frame frame)
    {
        if (epoch != Epoch || State is LinkState.New or LinkState.Lost or LinkState.Ended) return ReceiveOutcome.Dropped;
        if (frame.Type is FrameType.Hello or FrameType.Welcome or FrameType.Refusal || State == LinkState.Connecting)
            throw new LinkProtocolException($"a frame of the type {frame.Type} at the wrong time, in a session that is {State}");
        switch (frame.Type)
        {
            case FrameType.Data:
                DataFrame data = DataFrame.Parse(frame.Body);
                _outgoing!.CheckAcknowledged(data.Acknowledged);
                _incoming!.Check(data.Number, data.Message.Length);
                _outgoing.Acknowledge(data.Acknowledged);
                _incoming.Add(data.Message);
                return ReceiveOutcome.Message;
            case FrameType.Ack:
                ulong acknowledged = AckFrame.Parse(frame.Body).Acknowledged;
                _outgoing!.CheckAcknowledged(acknowledged);
                _outgoing.Acknowledge(acknowledged);
                return ReceiveOutcome.Acknowledged;
            case FrameType.End:
                EndFrame end = EndFrame.Parse(frame.Body);
                _outgoing!.CheckAcknowledged(end.Acknowledged);
                _outgoing.Acknowledge(end.Acknowledged);
                _end.Hear(end.Reason);
                State = LinkState.Ended;
                return ReceiveOutcome.Ended;
            default:
                return ReceiveOutcome.NotOurs;
        }
    }

    /// <summary>The size of the frame that <see cref="WriteFrames"/> would write first, in bytes; 0 if there is none.</summary>
    public int NextFrameSize(uint epoch, TimeSpan now)
    {
        if (epoch != Epoch) return 0;
        if (State is LinkState.Connected or LinkState.Ending && !_end.IsSaid)
        {
            if (_outgoing!.TryNext(out ReadOnlyMemory<byte> message)) return DataFrame.Size(message.Length);
            if (State == LinkState.Ending) return EndFrame.Size;
            return _incoming!.IsAckDue(now) ? AckFrame.Size : 0;
        }
        return _end.IsAnswerOwed ? EndFrame.Size : 0;
    }

    /// <summary>
    /// Writes as many whole frames as there are and as fit: the messages, then the end or an acknowledgement that is due. What was written
    /// here counts as sent over the connection of this epoch.
    /// </summary>
    /// <param name="destination">Holds at least <see cref="NextFrameSize"/> bytes, else nothing is written.</param>
    /// <returns>Bytes written.</returns>
    public int WriteFrames(uint epoch, Span<byte> destination, TimeSpan now)
    {
        int at = 0;
        for (int size = NextFrameSize(epoch, now); size > 0 && size <= destination.Length - at; size = NextFrameSize(epoch, now))
            at += WriteFrame(destination[at..]);
        return at;
    }

    private int WriteFrame(Span<byte> destination)
    {
        ulong written = _incoming!.Say();
        if (!_end.IsAnswerOwed && _outgoing!.TryNext(out ReadOnlyMemory<byte> message))
            return DataFrame.Write(destination, _outgoing.MarkSent(), written, message.Span);
        if (State == LinkState.Connected) return new AckFrame(written).Write(destination);
        _end.Say();
        return new EndFrame(EndReason, written).Write(destination);
    }

    private void Stand(LinkWindow window, ulong nextExpected)
    {
        Window = window;
        _outgoing ??= new OutgoingMessages(window);
        _incoming ??= new IncomingMessages(window, LinkTimers.AckDelay);
        _outgoing.Restart(nextExpected - 1);
        State = LinkState.Connected;
    }

    private void RequireNext(ulong next)
    {
        ulong least = (_outgoing?.Acknowledged ?? 0) + 1, most = (_outgoing?.Sent ?? 0) + 1;
        if (next < least || next > most) LinkProtocolException.ThrowNumber("next expected number", next, least, most);
    }

    private OutgoingMessages Holder(MessageTicket ticket) =>
        _outgoing ?? throw new ArgumentException("no ticket of this session", nameof(ticket));
}
