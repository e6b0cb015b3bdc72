using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>A connection is lost and another one comes: each message reaches the far kernel once and in order.</summary>
public sealed class ResumeTests
{
    private readonly SessionPair _pair = new SessionPair().Connect();

    private LinkSession Client => _pair.Client;

    private LinkSession Server => _pair.Server;

    [Fact]
    public void Messages_go_both_ways_in_order()
    {
        _pair.Send(Client, "a");
        _pair.Send(Client, "b");
        _pair.Send(Server, "x");
        _pair.Carry();
        Assert.Equal("a b", _pair.Take(Server));
        Assert.Equal("x", _pair.Take(Client));
    }

    [Fact]
    public void What_was_lost_with_its_connection_is_sent_again()
    {
        _pair.Send(Client, "a");
        _pair.Send(Server, "x");
        _pair.Lose(Client);
        _pair.Lose(Server);
        _pair.Cut().Connect().Carry();
        Assert.Equal("a", _pair.Take(Server));
        Assert.Equal("x", _pair.Take(Client));
    }

    [Fact]
    public void What_the_kernel_took_is_not_sent_again_though_nothing_acknowledged_it()
    {
        _pair.Send(Client, "a");
        _pair.Send(Client, "b");
        _pair.Carry();
        Assert.True(Server.TryPeek(0, out _, out ulong number));
        Server.Written(number, _pair.Now);
        _pair.Send(Client, "c");
        _pair.Cut().Connect();
        Assert.Equal(2, Client.OutgoingCount);
        _pair.Carry();
        Assert.Equal("b c", _pair.Take(Server));
    }

    [Fact]
    public void What_was_received_and_not_written_is_dropped_and_comes_again()
    {
        _pair.Send(Client, "a");
        _pair.Send(Server, "x");
        _pair.Carry().Cut();
        Assert.Equal((1, 1), (Client.IncomingCount, Server.IncomingCount));
        _pair.Connect();
        Assert.Equal((0, 0), (Client.IncomingCount, Server.IncomingCount));
        _pair.Carry();
        Assert.Equal("a", _pair.Take(Server));
        Assert.Equal("x", _pair.Take(Client));
    }

    [Fact]
    public void A_message_given_while_there_is_no_connection_goes_out_over_the_next()
    {
        _pair.Cut();
        _pair.Send(Client, "a");
        Assert.Equal(0, _pair.Lose(Client));
        _pair.Connect().Carry();
        Assert.Equal("a", _pair.Take(Server));
    }

    [Fact]
    public void A_welcome_that_is_lost_costs_nothing()
    {
        _pair.Send(Client, "a");
        _pair.Send(Server, "x");
        _pair.Lose(Client);
        _pair.Cut();
        _pair.Accept(Client.Connect(new Hello()));
        _pair.Lose(Server); // sent behind the welcome that never arrives
        Assert.True(Client.Lost(Client.Epoch));
        _pair.Connect().Carry();
        Assert.Equal("a", _pair.Take(Server));
        Assert.Equal("x", _pair.Take(Client));
    }

    [Fact]
    public void The_very_first_welcome_may_be_lost_too()
    {
        var pair = new SessionPair();
        Hello hello = pair.Client.Connect(new Hello());
        Assert.False(hello.Resume);
        pair.Accept(hello);
        pair.Send(pair.Server, "x");
        pair.Lose(pair.Server);
        pair.Connect().Carry();
        Assert.Equal("x", pair.Take(pair.Client));
        Assert.True(pair.Client.Connect(new Hello()).Resume);
    }

    [Fact]
    public void A_welcome_that_a_later_connection_has_overtaken_is_dropped()
    {
        _pair.Cut();
        Welcome old = _pair.Accept(Client.Connect(new Hello()));
        Hello later = Client.Connect(new Hello());
        Assert.False(Client.TryWelcome(old));
        Assert.Equal(LinkState.Connecting, Client.State);
        Assert.True(Client.TryWelcome(_pair.Accept(later)));
    }

    [Fact]
    public void A_hello_that_a_later_connection_has_overtaken_is_refused_as_old()
    {
        Hello old = Client.Connect(new Hello());
        Hello later = Client.Connect(new Hello());
        _pair.Accept(later);
        string before = SessionPair.Seen(Server);
        Assert.False(Server.TryAccept(old, new Welcome(), out _, out RefusalReason refusal));
        Assert.Equal(RefusalReason.OldEpoch, refusal);
        Assert.False(Server.TryAccept(later, new Welcome(), out _, out refusal));
        Assert.Equal(RefusalReason.OldEpoch, refusal);
        Assert.Equal(before, SessionPair.Seen(Server));
    }

    [Fact]
    public void A_frame_of_an_older_connection_changes_nothing()
    {
        uint old = Client.Epoch;
        _pair.Send(Client, "a");
        byte[] late = new byte[64];
        int length = Client.WriteFrames(old, late, _pair.Now);
        _pair.Cut().Connect();
        string before = SessionPair.Seen(Server);
        Assert.True(Frame.TryRead(late.AsSpan(0, length), Frame.MaxLength, out Frame frame));
        Assert.Equal(ReceiveOutcome.Dropped, Server.Receive(old, frame));
        Assert.Equal(before, SessionPair.Seen(Server));
        Assert.Equal(0, Client.WriteFrames(old, late, _pair.Now));
        _pair.Carry();
        Assert.Equal("a", _pair.Take(Server));
    }

    [Fact]
    public void The_end_of_an_older_connection_means_nothing()
    {
        uint old = Client.Epoch;
        _pair.Cut().Connect();
        Assert.False(Client.Lost(old));
        Assert.Equal(LinkState.Connected, Client.State);
    }

    [Fact]
    public void A_server_that_restarted_does_not_know_the_session()
    {
        var fresh = new LinkSession(Client.Id, LinkWindow.Default);
        Assert.False(fresh.TryAccept(Client.Connect(new Hello()), new Welcome(), out _, out RefusalReason refusal));
        Assert.Equal(RefusalReason.UnknownSession, refusal);
        Assert.Equal(LinkState.New, fresh.State);
    }

    [Fact]
    public void The_window_is_the_smaller_one_in_each_of_its_numbers_and_stays()
    {
        var client = new LinkSession(new SessionId(1), new LinkWindow(100, 8192));
        var server = new LinkSession(new SessionId(1), new LinkWindow(50, 10_000));
        for (int connection = 0; connection < 3; connection++)
        {
            Assert.True(server.TryAccept(client.Connect(new Hello()), new Welcome(), out Welcome welcome, out _));
            Assert.True(client.TryWelcome(welcome));
            Assert.Equal(new LinkWindow(50, 8192), client.Window);
            Assert.Equal(client.Window, server.Window);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkSession(new SessionId(1), new LinkWindow(1, 1)));
    }
}
