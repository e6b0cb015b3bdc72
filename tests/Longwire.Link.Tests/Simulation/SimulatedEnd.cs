using System.Buffers.Binary;
using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Simulation;

/// <summary>
/// One end with its kernel: it takes messages to send, writes what comes, slowly, and gives up a connection that is silent.
/// </summary>
internal abstract class SimulatedEnd(Plan plan, int messages)
{
    private static readonly LinkWindow s_window = new(16, 4096);

    private readonly byte[] _buffer = new byte[256];
    private readonly byte[] _large = new byte[8192];
    private readonly byte[] _message = new byte[4096];
    private readonly List<MessageTicket> _tickets = [];
    private ulong _inKernel;
    private TimeSpan _kernelDoneAt;

    protected Plan Plan { get; } = plan;

    public LinkSession Session { get; protected set; } = new(new SessionId(5), s_window);

    /// <summary>Which of the messages that were sent were taken back.</summary>
    public HashSet<int> Withdrawn { get; } = [];

    /// <summary>Which messages of the other end the kernel took, in order.</summary>
    public List<int> Taken { get; } = [];

    public IReadOnlyList<MessageTicket> Tickets => _tickets;

    public bool HasSentAll => _tickets.Count == messages;

    public int Dropped { get; private set; }

    public SimulatedConnection? Current { get; protected set; }

    protected ConnectionLiveness? Liveness { get; set; }

    private Random Random => Plan.Random;

    /// <summary>What its program does, apart from the network.</summary>
    public void Work(TimeSpan now)
    {
        Assert.True(Session.OutgoingCount <= s_window.Messages && Session.IncomingCount <= s_window.Messages, "messages of the window");
        if (Session.Outgoing is { } outgoing && Session.Incoming is { } incoming)
        {
            Assert.True(outgoing.Bytes <= s_window.Bytes && incoming.Bytes <= s_window.Bytes, "bytes of the window");
            int most = s_window.Bytes + s_window.MaxMessage;
            Assert.True(outgoing.Capacity <= most && incoming.Capacity <= most, "memory");
        }
        if (_inKernel != 0 && now >= _kernelDoneAt) FinishWriting(now);
        if (_inKernel == 0 && Session.TryPeek(0, out _, out _inKernel))
            _kernelDoneAt = now + TimeSpan.FromMilliseconds(Random.Next(20) == 0 ? 2000 : Random.Next(100));
        if (_tickets.Count < messages && Random.Next(3) == 0) Send(now);
        if (Plan.Withdraws && _tickets.Count > 0 && Random.Next(4) == 0) Withdraw(Random.Next(_tickets.Count));
    }

    /// <summary>Says all that there is to say over the present connection.</summary>
    public void Write(TimeSpan now)
    {
        if (Current is null) return;
        for (int size; (size = Session.NextFrameSize(EpochOf(Current), now)) > 0;)
        {
            Span<byte> buffer = size > _buffer.Length ? _large : _buffer;
            Say(Current, buffer[..Session.WriteFrames(EpochOf(Current), buffer, now)], now);
        }
        if (Liveness!.Check(now) != ConnectionHealth.PingDue) return;
        Say(Current, _buffer.AsSpan(0, new PingFrame(Liveness.Ping(now)).Write(_buffer, FrameType.Ping)), now);
    }

    /// <summary>What came over a connection since the last time, complete frames alone.</summary>
    public void Read(SimulatedConnection connection, TimeSpan now, bool moved)
    {
        Pipe pipe = Incoming(connection);
        if (moved && connection == Current) Liveness!.Heard(now);
        while (Frame.TryRead(pipe.Unread, Frame.MaxLength, out Frame frame))
        {
            Take(connection, frame, now);
            pipe.Consume(frame.Size);
        }
    }

    /// <summary>It has read what there is, and nothing was heard for too long.</summary>
    public void JudgeSilence(TimeSpan now)
    {
        if (Current is not null && Liveness!.Check(now) == ConnectionHealth.Silent) GiveUp(Current);
    }

    public void GiveUp(SimulatedConnection connection)
    {
        Session.Lost(EpochOf(connection));
        if (Random.Next(2) == 0) StopReading(connection);
        if (connection == Current) Current = null;
    }

    /// <summary>
    /// What still feeds the kernel is cancelled, unless it is done already, and awaited: only then a number may be stated.
    /// </summary>
    protected void SettleKernel(TimeSpan now)
    {
        if (_inKernel != 0 && Random.Next(2) == 0) FinishWriting(now);
        _inKernel = 0;
    }

    protected abstract uint EpochOf(SimulatedConnection connection);

    protected abstract Pipe Incoming(SimulatedConnection connection);

    protected abstract Pipe Outgoing(SimulatedConnection connection);

    protected abstract void StopReading(SimulatedConnection connection);

    /// <summary>A frame of a connection that has no verdict yet.</summary>
    protected abstract void TakeBeforeVerdict(SimulatedConnection connection, Frame frame, TimeSpan now);

    protected abstract bool HasVerdict(SimulatedConnection connection);

    protected void Say(SimulatedConnection connection, ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        Outgoing(connection).Write(bytes);
        if (connection == Current) Liveness!.Said(now);
    }

    private void Take(SimulatedConnection connection, Frame frame, TimeSpan now)
    {
        if (!HasVerdict(connection))
        {
            TakeBeforeVerdict(connection, frame, now);
            return;
        }
        ReceiveOutcome outcome = Session.Receive(EpochOf(connection), frame);
        if (outcome == ReceiveOutcome.Dropped) Dropped++;
        if (outcome != ReceiveOutcome.NotOurs || connection != Current) return;
        PingFrame ping = PingFrame.Parse(frame.Body);
        if (frame.Type == FrameType.Pong) Assert.True(Liveness!.Pong(ping.Stamp, now), "a pong that nobody asked for");
        else Say(connection, _buffer.AsSpan(0, ping.Write(_buffer, FrameType.Pong)), now);
    }

    // Its first four bytes say which it is, and the others follow from these.
    private void Send(TimeSpan now)
    {
        Span<byte> message = _message.AsSpan(0, Random.Next(4, Plan.LongestMessage + 1));
        message.Fill((byte)_tickets.Count);
        BinaryPrimitives.WriteInt32BigEndian(message, _tickets.Count);
        if (Session.TrySend(message, now, out MessageTicket ticket)) _tickets.Add(ticket);
    }

    private void Withdraw(int index)
    {
        MessageFate fate = Session.FateOf(_tickets[index]);
        WithdrawOutcome outcome = Session.Withdraw(_tickets[index]);
        MessageFate expected = outcome switch
        {
            WithdrawOutcome.Withdrawn => MessageFate.Unsent,
            WithdrawOutcome.OnItsWay => MessageFate.Unknown,
            _ => MessageFate.Delivered,
        };
        Assert.True(fate == expected, "a fate that withdrawing belies");
        if (outcome == WithdrawOutcome.Withdrawn) Withdrawn.Add(index);
    }

    private void FinishWriting(TimeSpan now)
    {
        Assert.True(Session.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong number));
        Assert.True(_inKernel == number, "another message than the one that was being written");
        int id = BinaryPrimitives.ReadInt32BigEndian(message.Span);
        Assert.True(message.Span[4..].IndexOfAnyExcept((byte)id) < 0, "a message that is not as it was sent");
        Taken.Add(id);
        Session.Written(number, now);
        _inKernel = 0;
    }
}
