using System.Globalization;
using System.Text;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>
/// Both ends of a session, and a network that carries at once what it is told to carry. What is written and not carried is lost with its
/// connection.
/// </summary>
internal sealed class SessionPair
{
    private readonly byte[] _buffer = new byte[65_536];

    public SessionPair(LinkWindow? window = null)
    {
        LinkWindow both = window ?? new LinkWindow(16, 4096);
        Client = new LinkSession(new SessionId(7), both);
        Server = new LinkSession(new SessionId(7), both);
    }

    public LinkSession Client { get; }

    public LinkSession Server { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>Hello and welcome both arrive.</summary>
    public SessionPair Connect()
    {
        Assert.True(Client.TryWelcome(Accept(Client.Connect(new Hello()))));
        return this;
    }

    public Welcome Accept(Hello hello)
    {
        Assert.True(Server.TryAccept(hello, new Welcome(), out Welcome welcome, out RefusalReason refusal), refusal.ToString());
        return welcome;
    }

    /// <summary>Both ends see that the connection is gone.</summary>
    public SessionPair Cut()
    {
        Assert.True(Client.Lost(Client.Epoch));
        Assert.True(Server.Lost(Server.Epoch));
        return this;
    }

    /// <summary>Everything that there is to say reaches the other side; the messages are not written to the kernel.</summary>
    public SessionPair Carry()
    {
        Carry(Client, Server);
        Carry(Server, Client);
        return this;
    }

    public IReadOnlyList<ReceiveOutcome> Carry(LinkSession from, LinkSession to)
    {
        var outcomes = new List<ReceiveOutcome>();
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, from.WriteFrames(from.Epoch, _buffer, Now));
        while (Frame.TryRead(bytes, Frame.MaxLength, out Frame frame))
        {
            outcomes.Add(to.Receive(from.Epoch, frame));
            bytes = bytes[frame.Size..];
        }
        return outcomes;
    }

    /// <summary>What is written now is lost.</summary>
    public int Lose(LinkSession from) => from.WriteFrames(from.Epoch, _buffer, Now);

    public MessageTicket Send(LinkSession from, string text)
    {
        Assert.True(from.TrySend(Encoding.ASCII.GetBytes(text), Now, out MessageTicket ticket));
        return ticket;
    }

    /// <summary>The kernel takes all that has come.</summary>
    public string Take(LinkSession at)
    {
        var texts = new List<string>();
        while (at.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong number))
        {
            texts.Add(Encoding.ASCII.GetString(message.Span));
            at.Written(number, Now);
        }
        return string.Join(' ', texts);
    }

    /// <summary>All that can be seen of an end.</summary>
    public static string Seen(LinkSession session)
    {
        var seen = new StringBuilder();
        seen.Append(CultureInfo.InvariantCulture, $"{session.State} {session.Epoch} {session.Window}");
        seen.Append(CultureInfo.InvariantCulture, $" {session.EndReason} {session.EndedByPeer}");
        seen.Append(CultureInfo.InvariantCulture, $" out {session.OutgoingCount} {session.Outgoing?.Bytes} unsent {session.UnsentCount}");
        seen.Append(CultureInfo.InvariantCulture, $" in {session.IncomingCount} {session.Incoming?.Bytes} ack {session.AckDueAt}");
        for (int i = 0; session.TryPeek(i, out ReadOnlyMemory<byte> message, out ulong number); i++)
            seen.Append(CultureInfo.InvariantCulture, $" {number}:{Convert.ToHexString(message.Span)}");
        return seen.ToString();
    }
}
