using System.Text;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>What the far side has not got may be taken back, and only that.</summary>
public sealed class WithdrawTests
{
    private readonly SessionPair _pair = new SessionPair().Connect();

    private LinkSession Client => _pair.Client;

    private LinkSession Server => _pair.Server;

    [Fact]
    public void What_was_never_sent_may_be_taken_back_at_any_time()
    {
        _pair.Send(Client, "a");
        MessageTicket b = _pair.Send(Client, "b");
        _pair.Send(Client, "c");
        Assert.Equal(MessageFate.Unsent, Client.FateOf(b));
        Assert.Equal(WithdrawOutcome.Withdrawn, Client.Withdraw(b));
        Assert.Equal(WithdrawOutcome.TooLate, Client.Withdraw(b));
        _pair.Carry();
        Assert.Equal("a c", _pair.Take(Server));
    }

    [Fact]
    public void What_is_on_its_way_cannot_be_judged_before_the_far_side_says_what_it_has()
    {
        MessageTicket a = _pair.Send(Client, "a"), b = _pair.Send(Client, "b"), c = _pair.Send(Client, "c");
        _pair.Carry();
        Assert.True(Server.TryPeek(0, out _, out ulong number));
        Server.Written(number, _pair.Now);
        Assert.Equal(WithdrawOutcome.OnItsWay, Client.Withdraw(b));
        _pair.Cut();
        Assert.Equal(WithdrawOutcome.OnItsWay, Client.Withdraw(b));
        Assert.Equal(MessageFate.Unknown, Client.FateOf(a));
        _pair.Connect();
        Assert.Equal((MessageFate.Delivered, MessageFate.Unsent), (Client.FateOf(a), Client.FateOf(b)));
        Assert.Equal(WithdrawOutcome.TooLate, Client.Withdraw(a));
        Assert.Equal(WithdrawOutcome.Withdrawn, Client.Withdraw(b));
        _pair.Carry();
        Assert.Equal("c", _pair.Take(Server));
        _pair.Now += TimeSpan.FromSeconds(1);
        _pair.Carry();
        Assert.Equal(MessageFate.Delivered, Client.FateOf(c));
        Assert.Equal(0, Client.OutgoingCount);
    }

    [Fact]
    public void What_was_withdrawn_leaves_no_gap_in_the_numbers()
    {
        MessageTicket a = _pair.Send(Client, "a");
        _pair.Send(Client, "b");
        _pair.Lose(Client);
        _pair.Cut().Connect();
        Client.Withdraw(a);
        _pair.Carry();
        Assert.True(Server.TryPeek(0, out _, out ulong number));
        Assert.Equal(1u, number);
        _pair.Take(Server);
        // And the next resumption counts on from there.
        _pair.Send(Client, "c");
        _pair.Lose(Client);
        _pair.Cut().Connect().Carry();
        Assert.Equal("c", _pair.Take(Server));
    }

    [Fact]
    public void What_is_unsent_is_shown_oldest_first_with_its_age()
    {
        _pair.Send(Client, "sent");
        _pair.Lose(Client);
        TimeSpan first = _pair.Now;
        MessageTicket a = _pair.Send(Client, "a");
        _pair.Now += TimeSpan.FromSeconds(5);
        _pair.Send(Client, "b");
        Assert.Equal(2, Client.UnsentCount);
        Assert.Equal((a, first, "a"), Shown(0));
        Assert.Equal((_pair.Now, "b"), (Shown(1).Since, Shown(1).Text));
        Assert.Throws<ArgumentOutOfRangeException>(() => Client.Unsent(2));
        _pair.Cut().Connect();
        Assert.Equal("sent", Shown(0).Text);
        Assert.Equal(3, Client.UnsentCount);

        (MessageTicket Ticket, TimeSpan Since, string Text) Shown(int index)
        {
            UnsentMessage unsent = Client.Unsent(index);
            return (unsent.Ticket, unsent.Since, Encoding.ASCII.GetString(unsent.Message.Span));
        }
    }

    [Fact]
    public void What_was_withdrawn_makes_room()
    {
        var tickets = new List<MessageTicket>();
        for (int i = 0; i < 16; i++) tickets.Add(_pair.Send(Client, "m"));
        Assert.False(Client.TrySend("m"u8, _pair.Now, out _));
        Client.Withdraw(tickets[7]);
        Assert.True(Client.TrySend("m"u8, _pair.Now, out _));
        Assert.False(Client.TrySend("m"u8, _pair.Now, out _));
    }

    [Fact]
    public void A_ticket_that_was_never_given_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => Client.Withdraw(new MessageTicket(1)));
        _pair.Send(Client, "a");
        Assert.Throws<ArgumentException>(() => Client.FateOf(new MessageTicket(2)));
        Assert.Throws<ArgumentException>(() => Client.FateOf(default));
        Assert.Throws<ArgumentException>(() => new LinkSession(new SessionId(1), LinkWindow.Default).FateOf(new MessageTicket(1)));
    }
}
