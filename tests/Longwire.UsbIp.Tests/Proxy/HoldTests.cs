using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>While the far side is away: what the host is told, and when.</summary>
public sealed class HoldTests
{
    private static readonly SetupPacket s_setLine = new(0x21, 0x20, 0, 0, 7);
    private static readonly SetupPacket s_setLines = new(0x21, 0x22, 3, 0, 0);

    private readonly ProxyBench _bench = new();

    [Fact]
    public void At_the_loss_everything_but_an_in_is_answered()
    {
        _bench.In(1);
        _bench.Out(2, "abc");
        _bench.Control(3, s_setLine, "1234567");
        _bench.Control(4, ProxyBench.GetStatus);
        _bench.Hold();
        Assert.Equal("2:0+3, 3:0+7, 4:-71", _bench.ToHost());
        Assert.Equal(UrbProxyPhase.Held, _bench.Proxy.Phase);
    }

    [Fact]
    public void At_the_loss_nothing_is_said_of_what_was_given_up()
    {
        _bench.Out(1, "a");
        _bench.Out(2, "b");
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        Assert.Equal("u3:-104, u4:-104", _bench.After(5000));
        _bench.ToFar();
        _bench.Answer(1, actualLength: 1);
        _bench.Hold();
        Assert.Equal("", _bench.ToHost());
        _bench.Proxy.Resume(_bench.Now);
        _bench.Unlinked(3, 0);
        _bench.Unlinked(4, -104);
        Assert.Equal(("", "", 0), (_bench.ToHost(), _bench.ToFar(), _bench.Proxy.UrbCount));
        Assert.Equal((1, 1), (_bench.Proxy.Counters.OutsDelivered, _bench.Proxy.Counters.OutsClosed));
    }

    [Fact]
    public void A_control_in_is_answered_from_the_last_answer_to_the_same_eight_bytes()
    {
        _bench.Control(1, ProxyBench.GetStatus);
        _bench.Control(2, ProxyBench.GetStatus with { Index = 1 });
        _bench.ToFar();
        _bench.Answer(1, data: "ab");
        _bench.Answer(2, status: -32, data: "xy");
        _bench.ToHost();
        _bench.Hold();
        _bench.Control(3, ProxyBench.GetStatus);
        _bench.Control(4, ProxyBench.GetStatus with { Index = 1 });
        Assert.Equal("3:0+2 ab, 4:-71", _bench.ToHost());
    }

    [Fact]
    public void A_remembered_answer_says_that_nothing_waits_to_be_sent()
    {
        var queue = new SetupPacket(0xC1, 0x10, 0, 0, 19);
        _bench.Proxy.AskAhead(ProxyBench.GetStatus);
        _bench.Proxy.AskAhead(queue);
        Assert.Equal("getffff0000 c0 05 0, getffff0001 c1 10 0", _bench.ToFar());
        _bench.Answer(0xFFFF_0000, data: "\x01\x20");
        _bench.Answer(0xFFFF_0001, data: "0123456789abcdefghi");
        Assert.Equal("", _bench.ToHost());
        _bench.Hold();
        _bench.Control(1, ProxyBench.GetStatus);
        _bench.Control(2, queue);
        Assert.Equal("1:0+2 \x01\x60, 2:0+19 0123456789ab\0\0\0\0ghi", _bench.ToHost());
    }

    [Fact]
    public void An_in_given_up_while_held_is_parked_if_the_far_side_has_it_and_else_forgotten()
    {
        _bench.In(1);
        _bench.ToFar();
        _bench.Hold();
        _bench.In(2);
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        Assert.Equal("u3:-104, u4:-104", _bench.ToHost());
        Assert.Equal(1, _bench.Proxy.UrbCount);
        _bench.In(5);
        _bench.In(6);
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("in6", _bench.ToFar());
        _bench.Answer(1, data: "x");
        Assert.Equal("5:0+1 x", _bench.ToHost());
    }

    [Fact]
    public void An_out_that_is_taken_back_while_held_is_not_delivered()
    {
        // Only a URB that waits for its answer can be unlinked: here its answer is paced.
        var bench = new ProxyBench(new UrbProxyOptions());
        bench.Hold();
        bench.Out(1, new string('x', 1152));
        bench.Unlink(2, 1);
        bench.Proxy.Tick(bench.Now + TimeSpan.FromSeconds(1));
        Assert.Equal("u2:-104", bench.ToHost());
        bench.Proxy.Resume(bench.Now);
        Assert.Equal("", bench.ToFar());
        Assert.Equal(1, bench.Proxy.Counters.OutsClosed);
    }

    [Fact]
    public void A_held_out_is_answered_at_the_speed_of_its_line_and_at_most_a_tenth_of_a_second_later()
    {
        var bench = new ProxyBench(new UrbProxyOptions { HeldBytesPerSecond = 1000 });
        bench.Hold();
        bench.Out(1, new string('a', 20));
        bench.Out(2, new string('b', 30));
        bench.Out(3, new string('c', 500));
        bench.Out(4, "d", ep: 3);
        Assert.Equal("", bench.ToHost());
        TimeSpan start = bench.Now;
        Assert.Equal(start + TimeSpan.FromMilliseconds(1), bench.Proxy.NextDue);
        Assert.Equal("4:0+1", bench.After(1));
        Assert.Equal("", bench.After(19));
        Assert.Equal("1:0+20", bench.After(20));
        Assert.Equal("2:0+30", bench.After(50));
        Assert.Equal(start + TimeSpan.FromMilliseconds(100), bench.Proxy.NextDue);
        Assert.Equal("3:0+500", bench.After(100));
        Assert.Null(bench.Proxy.NextDue);
    }

    [Fact]
    public void Purges_and_halts_are_answered_and_not_done_later()
    {
        _bench.Hold();
        _bench.Control(1, new SetupPacket(0x40, 0x00, 1, 1, 0)); // FTDI purges
        _bench.Control(2, new SetupPacket(0x40, 0x00, 2, 1, 0));
        _bench.Control(3, new SetupPacket(0x41, 0x12, 15, 0, 0)); // CP210x PURGE
        _bench.Control(4, new SetupPacket(0x02, 0x01, 0, 0x81, 0)); // CLEAR_FEATURE(ENDPOINT_HALT)
        _bench.Control(5, new SetupPacket(0x40, 0x03, 0, 0, 300), new string('x', 300)); // too long to be kept
        Assert.Equal("1:0, 2:0, 3:0, 4:0, 5:-71", _bench.ToHost());
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("", _bench.ToFar());
    }

    [Fact]
    public void No_answer_is_taken_while_there_is_no_far_side()
    {
        _bench.Hold();
        Assert.Throws<InvalidOperationException>(() => _bench.Proxy.FromFar([], _bench.Now));
        Assert.Throws<InvalidOperationException>(() => _bench.Proxy.Hold(_bench.Now));
        Assert.Throws<InvalidOperationException>(() => _bench.Proxy.Reattach(1, _bench.Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => _bench.Proxy.Resume(_bench.Now, 1));
        _bench.Proxy.Resume(_bench.Now);
        Assert.Throws<InvalidOperationException>(() => _bench.Proxy.Resume(_bench.Now));
        _bench.Control(1, s_setLines);
        Assert.Equal("set1 21 22 3", _bench.ToFar());
    }

    [Fact]
    public void While_held_nothing_is_allocated_for_an_out()
    {
        var proxy = new UrbProxy(1, new UrbProxyOptions());
        var buffer = new byte[4096];
        var submit = new byte[UrbHeader.Size + 32];
        uint seqnum = 0;
        TimeSpan now = default;
        proxy.Hold(now);
        // Until the oldest have gone for want of room.
        for (int i = 0; i < 1000; i++) Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(256, proxy.UrbCount);
        Assert.Equal(2000 - 256, proxy.Counters.OutsForRoom);

        void Pass()
        {
            new CmdSubmit { Seqnum = ++seqnum, DevId = 1, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = 32 }.Write(submit);
            proxy.FromHost(submit, now);
            now += TimeSpan.FromMilliseconds(60);
            proxy.Tick(now);
            proxy.ToHost.Read(buffer);
        }
    }
}
