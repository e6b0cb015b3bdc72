using Longwire.Link.Errors;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>Numbers that cannot be: each is an error of the link that says so, and the session goes on as if it had never come.</summary>
public sealed class HostileNumberTests
{
    private readonly SessionPair _pair = new SessionPair().Connect();

    public HostileNumberTests()
    {
        // The server has sent two, of which the client's kernel took one and said so. The client has sent two, of which none was taken.
        _pair.Send(_pair.Server, "x");
        _pair.Carry();
        _pair.Take(_pair.Client);
        _pair.Now += TimeSpan.FromSeconds(1);
        _pair.Carry();
        _pair.Send(_pair.Server, "y");
        _pair.Send(_pair.Client, "a");
        _pair.Send(_pair.Client, "b");
        _pair.Carry();
        _pair.Send(_pair.Server, "z"); // not sent yet
    }

    [Theory]
    [InlineData(2u, 1u, "number is 2, not within 3 to 3")]
    [InlineData(4u, 1u, "number is 4, not within 3 to 3")]
    [InlineData(ulong.MaxValue, 1u, "number is 18446744073709551615, not within 3 to 3")]
    [InlineData(3u, 0u, "acknowledged is 0, not within 1 to 2")]
    [InlineData(3u, 3u, "acknowledged is 3, not within 1 to 2")]
    [InlineData(3u, ulong.MaxValue, "acknowledged is 18446744073709551615, not within 1 to 2")]
    public void Of_a_message(ulong number, ulong acknowledged, string error) =>
        Refused(error, bytes => DataFrame.Write(bytes, number, acknowledged, "m"u8));

    [Theory]
    [InlineData(0u, "acknowledged is 0, not within 1 to 2")]
    [InlineData(3u, "acknowledged is 3, not within 1 to 2")]
    public void Of_an_acknowledgement(ulong acknowledged, string error) =>
        Refused(error, bytes => new AckFrame(acknowledged).Write(bytes));

    [Theory]
    [InlineData(0u, "acknowledged is 0, not within 1 to 2")]
    [InlineData(3u, "acknowledged is 3, not within 1 to 2")]
    public void Of_an_end(ulong acknowledged, string error) =>
        Refused(error, bytes => new EndFrame(EndReason.Requested, acknowledged).Write(bytes));

    [Fact]
    public void A_hello_in_the_midst() =>
        Refused("a frame of the type Hello at the wrong time, in a session that is Connected", bytes => new Hello().Write(bytes));

    [Fact]
    public void A_welcome_in_the_midst() =>
        Refused("a frame of the type Welcome at the wrong time, in a session that is Connected", bytes => new Welcome().Write(bytes));

    [Fact]
    public void A_message_without_a_byte() => Refused(
        "data: number, acknowledged and message at offset 0 needs 17 bytes and has 16", bytes => DataFrame.Write(bytes, 3, 1, []));

    [Fact]
    public void An_end_without_a_reason() =>
        Refused("end: reason at offset 0 is 0, and reasons begin with 1", bytes => new EndFrame(EndReason.None, 1).Write(bytes));

    [Fact]
    public void A_message_before_the_verdict()
    {
        _pair.Client.Connect(new Hello());
        string before = SessionPair.Seen(_pair.Client);
        var e = Assert.Throws<LinkProtocolException>(() => _pair.Client.Receive(
            _pair.Client.Epoch, Read(Samples(bytes => DataFrame.Write(bytes, 1, 0, "m"u8)))));
        Assert.Equal("a frame of the type Data at the wrong time, in a session that is Connecting", e.Message);
        Assert.Equal(before, SessionPair.Seen(_pair.Client));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(ulong.MaxValue)]
    public void Of_what_a_hello_expects(ulong next)
    {
        Hello hello = _pair.Client.Connect(new Hello()) with { NextExpected = next };
        string before = SessionPair.Seen(_pair.Server);
        var e = Assert.Throws<LinkProtocolException>(() => _pair.Server.TryAccept(hello, new Welcome(), out _, out _));
        Assert.Equal($"next expected number is {next}, not within 2 to 3", e.Message);
        Assert.Equal(before, SessionPair.Seen(_pair.Server));
        Assert.True(_pair.Server.TryAccept(hello with { NextExpected = 2 }, new Welcome(), out _, out _));
    }

    [Fact]
    public void Of_what_a_welcome_expects()
    {
        Welcome welcome = _pair.Accept(_pair.Client.Connect(new Hello()));
        string before = SessionPair.Seen(_pair.Client);
        foreach ((Welcome wrong, string error) in (ReadOnlySpan<(Welcome, string)>)
        [
            (welcome with { NextExpected = 4 }, "next expected number is 4, not within 1 to 3"),
            (welcome with { Epoch = 9 }, "epoch is 9, not within 2 to 2"),
            (welcome with { Window = new LinkWindow(15, 4096) }, "window is 15 messages, 4096 bytes, not 16 messages, 4096 bytes"),
        ])
        {
            Assert.Equal(error, Assert.Throws<LinkProtocolException>(() => _pair.Client.TryWelcome(wrong)).Message);
            Assert.Equal(before, SessionPair.Seen(_pair.Client));
        }
        Assert.True(_pair.Client.TryWelcome(welcome));
    }

    [Fact]
    public void A_hello_with_another_window_than_agreed()
    {
        Hello hello = _pair.Client.Connect(new Hello()) with { Window = new LinkWindow(16, 5000) };
        Assert.True(_pair.Server.TryAccept(hello, new Welcome(), out Welcome welcome, out _));
        Assert.Equal(new LinkWindow(16, 4096), welcome.Window);
        var small = new LinkSession(new SessionId(1), new LinkWindow(100, 8192));
        Assert.True(small.TryAccept(hello with { Resume = false, NextExpected = 1 }, new Welcome(), out _, out _));
        string before = SessionPair.Seen(small);
        Hello other = hello with { Epoch = 3, NextExpected = 1, Window = new LinkWindow(16, 6000) };
        Assert.Throws<LinkProtocolException>(() => small.TryAccept(other, new Welcome(), out _, out _));
        Assert.Equal(before, SessionPair.Seen(small));
    }

    [Fact]
    public void A_first_welcome_with_more_than_was_offered()
    {
        var client = new LinkSession(new SessionId(1), new LinkWindow(100, 8192));
        client.Connect(new Hello());
        Assert.Throws<LinkProtocolException>(() => client.TryWelcome(new Welcome { Epoch = 1, Window = new LinkWindow(101, 8192) }));
        Assert.Throws<LinkProtocolException>(() => client.TryWelcome(new Welcome { Epoch = 1, Window = new LinkWindow(100, 8193) }));
        Assert.Null(client.Window);
        Assert.True(client.TryWelcome(new Welcome { Epoch = 1, Window = new LinkWindow(99, 8191) }));
    }

    [Fact]
    public void More_messages_than_the_window()
    {
        var pair = new SessionPair().Connect();
        for (ulong n = 1; n <= 16; n++) Assert.Equal(ReceiveOutcome.Message, Receive(pair, n, 1));
        string before = SessionPair.Seen(pair.Server);
        var e = Assert.Throws<LinkProtocolException>(() => Receive(pair, 17, 1));
        Assert.Equal("messages of the window is 17, not within 1 to 16", e.Message);
        Assert.Equal(before, SessionPair.Seen(pair.Server));
        pair.Server.Written(1, pair.Now);
        Assert.Equal(ReceiveOutcome.Message, Receive(pair, 17, 1));
    }

    [Fact]
    public void More_bytes_than_the_window()
    {
        var pair = new SessionPair().Connect();
        Receive(pair, 1, 4000);
        string before = SessionPair.Seen(pair.Server);
        var e = Assert.Throws<LinkProtocolException>(() => Receive(pair, 2, 97));
        Assert.Equal("bytes of the window is 4097, not within 1 to 4096", e.Message);
        Assert.Equal(before, SessionPair.Seen(pair.Server));
        Assert.Equal(ReceiveOutcome.Message, Receive(pair, 2, 96));
    }

    [Fact]
    public void What_is_not_ours_to_judge_is_said_to_be_so()
    {
        byte[] ping = Samples(bytes => new PingFrame(1).Write(bytes, FrameType.Ping));
        Assert.Equal(ReceiveOutcome.NotOurs, _pair.Server.Receive(1, Read(ping)));
        Assert.Equal(ReceiveOutcome.NotOurs, _pair.Server.Receive(1, Read([0, 0, 0, 1, 0xee])));
    }

    private static ReceiveOutcome Receive(SessionPair pair, ulong number, int length) =>
        pair.Server.Receive(1, Read(Samples(bytes => DataFrame.Write(bytes, number, 0, new byte[length]))));

    private void Refused(string error, Func<byte[], int> write)
    {
        string before = SessionPair.Seen(_pair.Server);
        byte[] bytes = Samples(write);
        Assert.Equal(error, Assert.ThrowsAny<LinkException>(() => _pair.Server.Receive(_pair.Server.Epoch, Read(bytes))).Message);
        Assert.Equal(before, SessionPair.Seen(_pair.Server));
        // And the true one is taken.
        byte[] right = Samples(to => DataFrame.Write(to, 3, 1, "m"u8));
        Assert.Equal(ReceiveOutcome.Message, _pair.Server.Receive(_pair.Server.Epoch, Read(right)));
    }

    private static byte[] Samples(Func<byte[], int> write) => Wire.Samples.Write(write);

    private static Frame Read(byte[] bytes)
    {
        Assert.True(Frame.TryRead(bytes, Frame.MaxLength, out Frame frame));
        return frame;
    }
}
