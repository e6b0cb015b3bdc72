using Longwire.UsbIp.Errors;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>Unlinks while the far side is there: who is told what, and in which order.</summary>
public sealed class UnlinkTests
{
    private readonly ProxyBench _bench = new();

    [Fact]
    public void An_in_is_given_up_at_once_and_never_unlinked_at_the_far_side()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        Assert.Equal("u2:-104", _bench.ToHost());
        Assert.Equal("in1", _bench.ToFar());
    }

    [Fact]
    public void The_next_in_that_is_alike_takes_the_place_of_the_oldest_given_up()
    {
        _bench.In(1);
        _bench.In(2);
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        _bench.ToHost();
        _bench.In(5);
        Assert.Equal("in1, in2", _bench.ToFar());
        _bench.Answer(1, data: "first");
        Assert.Equal("5:0+5 first", _bench.ToHost());
        Assert.Equal(1, _bench.Proxy.Counters.InsAdopted);
    }

    [Fact]
    public void An_in_of_another_endpoint_or_length_takes_nobodys_place()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.In(3, ep: 3);
        _bench.In(4, length: 65);
        Assert.Equal("in1, in3, in4", _bench.ToFar());
        Assert.Equal(0, _bench.Proxy.Counters.InsAdopted);
    }

    [Fact]
    public void An_adopted_in_can_be_given_up_and_adopted_again()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.In(3);
        _bench.Unlink(4, 3);
        _bench.In(5);
        _bench.Unlink(6, 3); // long since given back
        Assert.Equal("u2:-104, u4:-104, u6:0", _bench.ToHost());
        Assert.Equal("in1", _bench.ToFar());
        _bench.Answer(1, data: "x");
        Assert.Equal("5:0+1 x", _bench.ToHost());
        Assert.Equal(0, _bench.Proxy.UrbCount);
    }

    [Fact]
    public void What_completes_while_nobody_waits_for_it_is_swallowed()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.ToFar();
        _bench.ToHost();
        _bench.Answer(1, data: "lost");
        Assert.Equal("", _bench.ToHost());
        Assert.Equal((4, 0), (_bench.Proxy.Counters.InBytesSwallowed, _bench.Proxy.UrbCount));
    }

    [Fact]
    public void An_unlink_that_comes_before_its_submit_stops_it()
    {
        _bench.In(1);
        _bench.Unlink(9, 5);
        _bench.Unlink(10, 6);
        Assert.Equal("", _bench.ToHost());
        _bench.Out(5, "never");
        _bench.Control(6, ProxyBench.GetStatus);
        Assert.Equal("u9:-104, u10:-104", _bench.ToHost());
        Assert.Equal("in1", _bench.ToFar());
        Assert.Equal((1, 1), (_bench.Proxy.Counters.Outs, _bench.Proxy.Counters.OutsClosed));
    }

    [Fact]
    public void An_unlink_may_be_the_first_message_of_all()
    {
        _bench.Unlink(9, 8);
        _bench.In(8);
        Assert.Equal("u9:-104", _bench.ToHost());
    }

    [Fact]
    public void Seqnums_are_compared_across_their_wrap()
    {
        _bench.In(0xFFFF_FFF0);
        _bench.Unlink(3, 1); // newer, although the number is smaller
        _bench.Unlink(4, 0xFFFF_FF00); // older, and long since given back
        Assert.Equal("u4:0", _bench.ToHost());
        _bench.In(1);
        Assert.Equal("u3:-104", _bench.ToHost());
    }

    [Fact]
    public void Without_end_early_unlinks_are_refused() => Assert.Throws<UsbIpProtocolException>(() =>
    {
        for (uint seqnum = 2; seqnum < 1000; seqnum++) _bench.Unlink(seqnum + 5000, seqnum);
    });

    [Fact]
    public void An_out_or_a_control_transfer_is_given_up_at_once_and_what_it_becomes_is_swallowed()
    {
        _bench.Out(1, "ab");
        _bench.Control(2, ProxyBench.GetStatus);
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        _bench.Unlink(5, 2); // long since given back
        Assert.Equal("u3:-104, u4:-104, u5:0", _bench.ToHost());
        Assert.Equal("out1 ab, get2 c0 05 0", _bench.ToFar());
        _bench.Answer(1, actualLength: 2);
        _bench.Answer(2, data: "xy");
        Assert.Equal(("", ""), (_bench.After(60_000), _bench.ToFar()));
        Assert.Equal((1, 0), (_bench.Proxy.Counters.OutsDelivered, _bench.Proxy.UrbCount));
    }

    [Fact]
    public void The_far_side_is_told_to_end_only_what_has_been_there_for_longer_than_it_may_be_silent()
    {
        _bench.Out(1, "ab");
        _bench.Control(2, ProxyBench.GetStatus);
        _bench.Unlink(3, 1);
        _bench.Now += TimeSpan.FromSeconds(1);
        _bench.Unlink(4, 2);
        _bench.ToFar();
        Assert.Equal(_bench.Now + TimeSpan.FromSeconds(4), _bench.Proxy.NextDue);
        Assert.Equal(("u3:-104, u4:-104", ""), (_bench.After(3999), _bench.ToFar()));
        _bench.After(4000);
        Assert.Equal("unlink3(1)", _bench.ToFar());
        Assert.Equal(_bench.Now + TimeSpan.FromSeconds(5), _bench.Proxy.NextDue);
        _bench.After(5000);
        Assert.Equal("unlink4(2)", _bench.ToFar());
        Assert.Null(_bench.Proxy.NextDue);
        _bench.Unlinked(3, -104);
        _bench.Unlinked(4, -2);
        Assert.Equal("", _bench.ToHost());
        Assert.Equal((1, 0), (_bench.Proxy.Counters.OutsClosed, _bench.Proxy.UrbCount));
    }

    [Fact]
    public void What_was_given_up_still_tells_whether_the_far_side_is_silent()
    {
        _bench.Control(1, ProxyBench.GetStatus);
        _bench.Unlink(2, 1);
        _bench.ToFar();
        Assert.True(_bench.Proxy.AwaitsAnswer);
        _bench.Answer(1, data: "xy");
        Assert.False(_bench.Proxy.AwaitsAnswer);
    }

    [Fact]
    public void A_completion_before_or_behind_its_unlink_would_cost_the_port_and_is_swallowed()
    {
        _bench.Out(1, "ab");
        _bench.Control(2, ProxyBench.GetStatus);
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        _bench.After(5000);
        _bench.ToFar();
        _bench.Answer(1, actualLength: 2);
        _bench.Unlinked(3, 0);
        _bench.Unlinked(4, 0);
        _bench.Answer(2, data: "xy");
        Assert.Equal("", _bench.ToHost());
        Assert.Equal((1, 0), (_bench.Proxy.Counters.OutsDelivered, _bench.Proxy.UrbCount));
    }

    [Fact]
    public void Urbs_whose_completion_may_never_follow_do_not_fill_the_table()
    {
        for (uint seqnum = 1; seqnum < 2000; seqnum += 2)
        {
            _bench.Out(seqnum, "x");
            _bench.Unlink(seqnum + 1, seqnum);
            _bench.After(5000);
            _bench.ToFar();
            _bench.Unlinked(seqnum + 1, 0);
        }
        Assert.Equal(64, _bench.Proxy.UrbCount);
        Assert.Equal(1000, _bench.Proxy.Counters.OutsDelivered);
    }

    [Fact]
    public void An_unlink_of_what_was_given_back_says_so()
    {
        _bench.In(1);
        _bench.ToFar();
        _bench.Answer(1, data: "x");
        _bench.Unlink(2, 1);
        Assert.Equal("1:0+1 x, u2:0", _bench.ToHost());
        Assert.Equal("", _bench.ToFar());
    }
}
