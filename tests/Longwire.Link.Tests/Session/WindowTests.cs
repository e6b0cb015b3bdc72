using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>What may be under way, when it is acknowledged, and what it costs.</summary>
public sealed class WindowTests
{
    private readonly SessionPair _pair = new SessionPair().Connect();

    private LinkSession Client => _pair.Client;

    private LinkSession Server => _pair.Server;

    [Fact]
    public void A_full_window_takes_no_more_until_the_far_kernel_has_taken_something()
    {
        for (int i = 0; i < 16; i++) _pair.Send(Client, "m");
        Assert.False(Client.TrySend("m"u8, _pair.Now, out _));
        _pair.Carry();
        // Received is not written.
        Assert.False(Client.TrySend("m"u8, _pair.Now, out _));
        Server.Written(16, _pair.Now);
        _pair.Carry();
        Assert.True(Client.TrySend("m"u8, _pair.Now, out _));
    }

    [Fact]
    public void The_bytes_of_a_window_are_a_bound_too()
    {
        Assert.True(Client.TrySend(new byte[4000], _pair.Now, out _));
        Assert.False(Client.TrySend(new byte[97], _pair.Now, out _));
        Assert.True(Client.TrySend(new byte[96], _pair.Now, out _));
    }

    [Fact]
    public void A_message_that_can_never_fit_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => Client.TrySend(new byte[4097], _pair.Now, out _));
        Assert.Throws<ArgumentException>(() => Client.TrySend([], _pair.Now, out _));
        Assert.False(new LinkSession(new SessionId(1), LinkWindow.Default).TrySend("m"u8, _pair.Now, out _));
    }

    [Fact]
    public void An_acknowledgement_waits_for_a_message_to_ride_on()
    {
        _pair.Send(Client, "a");
        _pair.Carry();
        _pair.Take(Server);
        Assert.Equal(_pair.Now + LinkTimers.AckDelay, Server.AckDueAt);
        Assert.Equal(0, _pair.Lose(Server));
        _pair.Send(Server, "x");
        _pair.Carry(Server, Client);
        Assert.Equal(0, Client.OutgoingCount);
        Assert.Null(Server.AckDueAt);
    }

    [Fact]
    public void An_acknowledgement_waits_no_longer_than_its_delay()
    {
        _pair.Send(Client, "a");
        _pair.Carry();
        _pair.Take(Server);
        _pair.Now += LinkTimers.AckDelay - TimeSpan.FromTicks(1);
        Assert.Equal(0, _pair.Lose(Server));
        _pair.Now += TimeSpan.FromTicks(1);
        Assert.Equal([ReceiveOutcome.Acknowledged], _pair.Carry(Server, Client));
        Assert.Equal(0, Client.OutgoingCount);
        Assert.Null(Server.AckDueAt);
    }

    [Fact]
    public void An_acknowledgement_waits_for_no_more_than_a_quarter_of_the_window()
    {
        for (int i = 0; i < 4; i++) _pair.Send(Client, "m");
        _pair.Carry();
        Server.Written(3, _pair.Now);
        Assert.Equal(0, _pair.Lose(Server));
        Server.Written(4, _pair.Now);
        Assert.Equal([ReceiveOutcome.Acknowledged], _pair.Carry(Server, Client));
        Client.TrySend(new byte[1024], _pair.Now, out _);
        _pair.Carry(Client, Server);
        _pair.Take(Server);
        Assert.Equal([ReceiveOutcome.Acknowledged], _pair.Carry(Server, Client));
    }

    [Fact]
    public void Only_what_was_received_can_be_written_and_only_once()
    {
        _pair.Send(Client, "a");
        _pair.Carry();
        Assert.Throws<ArgumentOutOfRangeException>(() => Server.Written(0, _pair.Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => Server.Written(2, _pair.Now));
        Server.Written(1, _pair.Now);
        Assert.Throws<ArgumentOutOfRangeException>(() => Server.Written(1, _pair.Now));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new LinkSession(new SessionId(1), LinkWindow.Default).Written(1, _pair.Now));
    }

    [Fact]
    public void As_many_whole_frames_are_written_as_fit()
    {
        for (int i = 0; i < 3; i++) _pair.Send(Client, "12345");
        int size = DataFrame.Size(5);
        Assert.Equal(size, Client.NextFrameSize(Client.Epoch, _pair.Now));
        byte[] bytes = new byte[(2 * size) + 1];
        Assert.Equal(0, Client.WriteFrames(Client.Epoch, bytes.AsSpan(0, size - 1), _pair.Now));
        Assert.Equal(2 * size, Client.WriteFrames(Client.Epoch, bytes, _pair.Now));
        Assert.Equal(size, Client.WriteFrames(Client.Epoch, bytes, _pair.Now));
        Assert.Equal(0, Client.WriteFrames(Client.Epoch, bytes, _pair.Now));
    }

    [Fact]
    public void What_is_being_written_to_the_kernel_stays_where_it_lies_while_more_comes()
    {
        Client.TrySend(Enumerable.Repeat((byte)'A', 3000).ToArray(), _pair.Now, out _);
        _pair.Carry(Client, Server);
        Assert.True(Server.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong number));
        Client.TrySend(Enumerable.Repeat((byte)'B', 1000).ToArray(), _pair.Now, out _);
        _pair.Carry(Client, Server);
        Assert.True(message.Span.IndexOfAnyExcept((byte)'A') < 0);
        Server.Written(number, _pair.Now);
        Assert.True(Server.TryPeek(0, out message, out _));
        Assert.True(message.Length == 1000 && message.Span.IndexOfAnyExcept((byte)'B') < 0);
    }

    [Fact]
    public void Messages_that_come_and_go_allocate_nothing()
    {
        var pair = new SessionPair(LinkWindow.Default).Connect();
        byte[] message = new byte[100], buffer = new byte[8192];
        for (int i = 0; i < 200; i++) Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass()
        {
            for (int i = 0; i < 5; i++) pair.Client.TrySend(message, pair.Now, out _);
            Move(pair.Client, pair.Server);
            while (pair.Server.TryPeek(0, out _, out ulong number)) pair.Server.Written(number, pair.Now);
            pair.Server.TrySend(message, pair.Now, out _);
            Move(pair.Server, pair.Client);
            while (pair.Client.TryPeek(0, out _, out ulong number)) pair.Client.Written(number, pair.Now);
        }

        void Move(LinkSession from, LinkSession to)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, from.WriteFrames(1, buffer, pair.Now));
            while (Frame.TryRead(bytes, Frame.MaxLength, out Frame frame))
            {
                to.Receive(1, frame);
                bytes = bytes[frame.Size..];
            }
        }
    }

    [Fact]
    public void Windows_hold_no_memory_before_they_hold_messages_and_no_more_than_themselves_and_one_message()
    {
        var pair = new SessionPair(new LinkWindow(64, 10_000)).Connect();
        Assert.Equal(0, pair.Client.Outgoing!.Capacity);
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            while (pair.Client.TrySend(new byte[random.Next(1, 3000)], pair.Now, out _))
            {
            }
            pair.Carry();
            if (pair.Server.TryPeek(random.Next(0, 5), out _, out ulong number)) pair.Server.Written(number, pair.Now);
            pair.Now += LinkTimers.AckDelay;
            pair.Carry();
        }
        Assert.InRange(pair.Client.Outgoing.Capacity, 10_000, 20_000);
        Assert.InRange(pair.Server.Incoming!.Capacity, 10_000, 20_000);
    }
}
