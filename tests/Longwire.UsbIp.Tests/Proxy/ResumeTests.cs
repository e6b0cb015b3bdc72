using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>The far side is back, in the same session: what it gets, in which order, and what it does not get.</summary>
public sealed class ResumeTests
{
    private static readonly SetupPacket s_setLine = new(0x21, 0x20, 0, 0, 7);
    private static readonly SetupPacket s_setLines = new(0x21, 0x22, 3, 0, 0);

    private readonly ProxyBench _bench = new();

    [Fact]
    public void First_come_settings_then_the_rest_in_its_order_and_unlinks_when_that_is_there()
    {
        _bench.Control(1, s_setLines);
        _bench.Unlink(2, 1);
        _bench.Out(3, "sent");
        _bench.ToFar();
        _bench.Hold();
        _bench.In(4);
        _bench.Out(5, "held");
        _bench.Control(6, s_setLine, "1234567");
        _bench.Proxy.Resume(_bench.Now, received: UrbHeader.Size);
        Assert.Equal("setffff0000 21 20 0 1234567, out3 sent, in4, out5 held", _bench.ToFar());
        _bench.ToHost();
        _bench.After(4999);
        Assert.Equal("", _bench.ToFar());
        _bench.After(5000);
        Assert.Equal("unlink2(1)", _bench.ToFar());
        _bench.Unlinked(2, -104);
        _bench.Answer(0xFFFF_0000, actualLength: 7);
        _bench.Answer(3, actualLength: 4);
        _bench.Answer(5, actualLength: 4);
        Assert.Equal("", _bench.ToHost());
        _bench.Answer(4, data: "new");
        Assert.Equal("4:0+3 new", _bench.ToHost());
        Assert.Equal((0, 2), (_bench.Proxy.UrbCount, _bench.Proxy.Counters.OutsDelivered));
    }

    [Fact]
    public void A_stream_that_goes_on_is_not_given_twice_what_it_has()
    {
        _bench.Out(1, "one");
        _bench.In(2);
        _bench.Hold();
        _bench.Out(3, "two");
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("out1 one, in2, out3 two", _bench.ToFar());
    }

    [Fact]
    public void What_the_far_side_has_is_not_sent_again_and_its_late_answers_are_swallowed()
    {
        _bench.In(1);
        _bench.Out(2, "abc");
        _bench.Control(3, s_setLines);
        _bench.ToFar();
        _bench.Hold();
        _bench.ToHost();
        _bench.Proxy.Resume(_bench.Now, _bench.Proxy.ToFar.Taken);
        Assert.Equal("", _bench.ToFar());
        _bench.Answer(2, actualLength: 3);
        _bench.Answer(3);
        Assert.Equal(("", 1), (_bench.ToHost(), _bench.Proxy.Counters.OutsDelivered));
        _bench.Answer(1, data: "x");
        Assert.Equal(("1:0+1 x", 0), (_bench.ToHost(), _bench.Proxy.UrbCount));
    }

    [Fact]
    public void What_the_far_side_has_not_got_counts_as_unsent()
    {
        _bench.In(1);
        _bench.Unlink(2, 1); // parked
        _bench.In(3, ep: 3);
        _bench.Out(4, "keep");
        _bench.Out(5, "withdrawn");
        _bench.Unlink(6, 5);
        _bench.Control(7, s_setLines);
        _bench.Control(8, ProxyBench.GetStatus);
        _bench.Proxy.AskAhead(ProxyBench.GetStatus);
        _bench.ToFar();
        _bench.Hold();
        Assert.Equal("u2:-104, u6:-104, 4:0+4, 7:0, 8:-71", _bench.ToHost());
        _bench.Proxy.Resume(_bench.Now, received: 0);
        Assert.Equal("setffff0001 21 22 3, in3, out4 keep", _bench.ToFar());
        Assert.Equal((3, 1), (_bench.Proxy.UrbCount, _bench.Proxy.Counters.OutsClosed));
        Assert.Equal(3 * UrbHeader.Size + 4, _bench.Proxy.ToFar.Taken);
    }

    [Fact]
    public void A_setting_that_was_replaced_while_held_is_not_sent_twice()
    {
        _bench.Control(1, s_setLine, "1111111");
        _bench.ToFar();
        _bench.Hold();
        _bench.Control(2, s_setLines);
        _bench.Control(3, s_setLine, "2222222");
        _bench.Proxy.Resume(_bench.Now, received: 0);
        Assert.Equal("setffff0000 21 22 3, setffff0001 21 20 0 2222222", _bench.ToFar());
    }

    [Fact]
    public void A_withdrawn_setting_of_our_own_is_sent_again()
    {
        _bench.Hold();
        _bench.Control(1, s_setLines);
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("setffff0000 21 22 3", _bench.ToFar());
        _bench.Hold();
        _bench.Proxy.Resume(_bench.Now, received: 0);
        Assert.Equal("setffff0001 21 22 3", _bench.ToFar());
        _bench.Answer(0xFFFF_0001, status: -32);
        Assert.Equal((2, 1), (_bench.Proxy.Counters.ControlsRestored, _bench.Proxy.Counters.ControlsNotRestored));
        _bench.Hold();
        _bench.Proxy.Resume(_bench.Now, received: UrbHeader.Size);
        Assert.Equal("", _bench.ToFar());
    }

    [Theory]
    [InlineData(14.9, "out1 old, out2 new")]
    [InlineData(15.1, "out2 new")]
    public void What_is_older_than_its_ceiling_is_not_delivered(double seconds, string sent)
    {
        _bench.Hold();
        _bench.Out(1, "old");
        _bench.Now += TimeSpan.FromSeconds(seconds);
        _bench.Out(2, "new");
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal(sent, _bench.ToFar());
        Assert.Equal(sent.StartsWith("out1", StringComparison.Ordinal) ? 0 : 1, _bench.Proxy.Counters.OutsStale);
    }

    [Fact]
    public void What_was_sent_and_not_received_grows_old_too()
    {
        _bench.Out(1, "old");
        _bench.ToFar();
        _bench.Now += TimeSpan.FromSeconds(16);
        _bench.Hold();
        _bench.Proxy.Resume(_bench.Now, received: 0);
        Assert.Equal(("", 1), (_bench.ToFar(), _bench.Proxy.Counters.OutsStale));
    }

    [Fact]
    public void Each_port_has_its_own_ceiling_and_a_clock_that_stood_still_is_made_good()
    {
        var bench = new ProxyBench(new UrbProxyOptions
        {
            HeldBytesPerSecond = 0,
            Ports = [new SerialPort(1, 1, 0, TimeSpan.FromSeconds(5)), new SerialPort(3, 3, 1)],
        });
        bench.Hold();
        bench.In(1, ep: 1);
        bench.In(2, ep: 3);
        bench.Out(3, "zigbee", ep: 1);
        bench.Out(4, "zwave", ep: 3);
        bench.Now += TimeSpan.FromSeconds(2);
        bench.Out(5, "new", ep: 1);
        bench.Proxy.Resume(bench.Now, stoodStill: TimeSpan.FromSeconds(4));
        Assert.Equal("in1, in2, out4 zwave, out5 new", bench.ToFar());
    }

    [Fact]
    public void A_write_that_was_cut_in_pieces_is_dropped_whole()
    {
        _bench.Hold();
        _bench.Out(1, "cut ");
        _bench.Out(2, "other", ep: 3);
        _bench.Now += TimeSpan.FromMilliseconds(49);
        _bench.Out(3, "in ");
        _bench.Now += TimeSpan.FromMilliseconds(49);
        _bench.Out(4, "three");
        _bench.Now += TimeSpan.FromMilliseconds(50);
        _bench.Out(5, "whole");
        _bench.Now += TimeSpan.FromSeconds(14.86);
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("out5 whole", _bench.ToFar());
        Assert.Equal(4, _bench.Proxy.Counters.OutsStale);
    }

    [Fact]
    public void A_writer_that_never_pauses_does_not_lose_what_is_fresh()
    {
        _bench.Hold();
        for (uint seqnum = 1; seqnum <= 200; seqnum++)
        {
            _bench.Out(seqnum, "x");
            _bench.Now += TimeSpan.FromMilliseconds(40);
        }
        _bench.Now += TimeSpan.FromSeconds(11.5);
        _bench.Proxy.Resume(_bench.Now);
        // 8 s of writing, of which what is older than 15 s began more than 3.5 s before the end of it.
        Assert.Equal(125, _bench.Proxy.Counters.OutsStale);
        Assert.StartsWith("out126 x, ", _bench.ToFar(), StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_its_room_the_oldest_group_goes_and_what_follows_in_it()
    {
        var bench = new ProxyBench(new UrbProxyOptions { HeldBytesPerSecond = 0, HeldBytes = 10 });
        bench.Hold();
        bench.Out(1, "aaaa");
        bench.Out(2, "aaaa");
        bench.Out(3, "bb", ep: 3);
        Assert.Equal(3, bench.Proxy.UrbCount);
        bench.Out(4, "b", ep: 3);
        Assert.Equal(2, bench.Proxy.UrbCount);
        bench.Out(5, "a");
        Assert.Equal("1:0+4, 2:0+4, 3:0+2, 4:0+1, 5:0+1", bench.ToHost());
        bench.Now += TimeSpan.FromMilliseconds(50);
        bench.Out(6, "c");
        bench.Proxy.Resume(bench.Now);
        Assert.Equal("out3 bb, out4 b, out6 c", bench.ToFar());
        Assert.Equal((3, 2), (bench.Proxy.Counters.OutsStale, bench.Proxy.Counters.OutsForRoom));
    }
}
