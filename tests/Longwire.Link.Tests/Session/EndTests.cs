using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>A session ends because one side says so, in band, and never because a connection does.</summary>
public sealed class EndTests
{
    private readonly SessionPair _pair = new SessionPair().Connect();

    private LinkSession Client => _pair.Client;

    private LinkSession Server => _pair.Server;

    [Fact]
    public void The_end_stands_behind_what_was_sent_before_and_is_answered()
    {
        _pair.Send(Server, "x");
        Server.End(EndReason.SubjectGone);
        Assert.Equal(LinkState.Ending, Server.State);
        Assert.Equal([ReceiveOutcome.Message, ReceiveOutcome.Ended], _pair.Carry(Server, Client));
        Assert.Equal((LinkState.Ended, EndReason.SubjectGone, true), (Client.State, Client.EndReason, Client.EndedByPeer));
        Assert.Equal("x", _pair.Take(Client));
        Assert.Equal([ReceiveOutcome.Ended], _pair.Carry(Client, Server));
        Assert.Equal((LinkState.Ended, EndReason.SubjectGone, false), (Server.State, Server.EndReason, Server.EndedByPeer));
        Assert.Equal((0, 0), (_pair.Lose(Client), _pair.Lose(Server)));
    }

    [Fact]
    public void Whoever_hears_the_end_sends_nothing_more_but_the_answer()
    {
        Client.End(EndReason.Requested);
        _pair.Carry(Client, Server);
        Assert.False(Server.TrySend("x"u8, _pair.Now, out _));
        Assert.Equal([ReceiveOutcome.Ended], _pair.Carry(Server, Client));
    }

    [Fact]
    public void What_comes_before_the_answer_is_still_received()
    {
        _pair.Send(Server, "x");
        Client.End(EndReason.Requested);
        Assert.Equal([ReceiveOutcome.Message], _pair.Carry(Server, Client));
        Assert.Equal("x", _pair.Take(Client));
    }

    [Fact]
    public void If_both_begin_each_has_its_own_reason_and_nobody_answers()
    {
        Client.End(EndReason.Requested);
        Server.End(EndReason.SubjectGone);
        byte[] said = new byte[64];
        int length = Client.WriteFrames(Client.Epoch, said, _pair.Now);
        Assert.Equal([ReceiveOutcome.Ended], _pair.Carry(Server, Client));
        Assert.True(Frame.TryRead(said.AsSpan(0, length), Frame.MaxLength, out Frame frame));
        Assert.Equal(ReceiveOutcome.Ended, Server.Receive(Client.Epoch, frame));
        Assert.Equal((EndReason.Requested, EndReason.SubjectGone), (Client.EndReason, Server.EndReason));
        Assert.False(Client.EndedByPeer || Server.EndedByPeer);
        Assert.Equal((0, 0), (_pair.Lose(Client), _pair.Lose(Server)));
    }

    [Fact]
    public void An_end_that_comes_before_ours_was_written_is_answered_with_ours()
    {
        _pair.Send(Client, "never sent");
        Client.End(EndReason.Requested);
        Server.End(EndReason.SubjectGone);
        Assert.Equal([ReceiveOutcome.Ended], _pair.Carry(Server, Client));
        Assert.Equal(EndReason.Requested, Client.EndReason);
        Assert.Equal([ReceiveOutcome.Ended], _pair.Carry(Client, Server));
        Assert.Equal((LinkState.Ended, LinkState.Ended), (Client.State, Server.State));
    }

    [Fact]
    public void The_loss_of_a_connection_ends_nothing()
    {
        _pair.Cut();
        Assert.Equal((LinkState.Lost, LinkState.Lost), (Client.State, Server.State));
        Assert.Equal(EndReason.None, Client.EndReason);
        _pair.Connect();
        Assert.Equal((LinkState.Connected, LinkState.Connected), (Client.State, Server.State));
    }

    [Fact]
    public void A_connection_that_is_lost_before_the_answer_leaves_the_session_over()
    {
        Client.End(EndReason.Requested);
        _pair.Lose(Client);
        Assert.True(Client.Lost(Client.Epoch));
        Assert.Equal(LinkState.Ended, Client.State);
        Assert.Equal(LinkState.Connected, Server.State);
    }

    [Fact]
    public void Without_a_connection_it_is_over_at_once_and_no_other_is_taken()
    {
        _pair.Cut();
        Server.End(EndReason.Stopping);
        Assert.Equal(LinkState.Ended, Server.State);
        Assert.False(Server.TryAccept(Client.Connect(new Hello()), new Welcome(), out _, out RefusalReason refusal));
        Assert.Equal(RefusalReason.UnknownSession, refusal);
        Client.End(EndReason.UnknownSession);
        Assert.Equal((LinkState.Ended, EndReason.UnknownSession), (Client.State, Client.EndReason));
        Assert.Throws<InvalidOperationException>(() => Client.Connect(new Hello()));
    }

    [Fact]
    public void The_first_reason_counts()
    {
        Client.End(EndReason.Requested);
        Client.End(EndReason.Stopping);
        Assert.Equal(EndReason.Requested, Client.EndReason);
    }

    [Fact]
    public void The_end_says_what_the_kernel_took()
    {
        MessageTicket taken = _pair.Send(Client, "a"), received = _pair.Send(Client, "b");
        _pair.Carry();
        Assert.True(Server.TryPeek(0, out _, out ulong number));
        Server.Written(number, _pair.Now);
        Server.End(EndReason.SubjectGone);
        _pair.Carry(Server, Client);
        Assert.Equal((MessageFate.Delivered, MessageFate.Unknown), (Client.FateOf(taken), Client.FateOf(received)));
    }

    [Fact]
    public void A_frame_after_the_end_changes_nothing()
    {
        Client.End(EndReason.Requested);
        _pair.Carry(Client, Server);
        string before = SessionPair.Seen(Server);
        Assert.True(Frame.TryRead(Wire.Samples.DataBytes, Frame.MaxLength, out Frame frame));
        Assert.Equal(ReceiveOutcome.Dropped, Server.Receive(Server.Epoch, frame));
        Assert.Equal(before, SessionPair.Seen(Server));
    }
}
