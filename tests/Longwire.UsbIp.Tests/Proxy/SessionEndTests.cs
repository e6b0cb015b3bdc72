using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>The far session ends, and another one takes its place behind the same port.</summary>
public sealed class SessionEndTests
{
    private const uint NewDevId = 0x0004_0005;

    private static readonly SetupPacket s_setLine = new(0x21, 0x20, 0, 0, 7);
    private static readonly SetupPacket s_setLines = new(0x21, 0x22, 3, 0, 0);

    private readonly ProxyBench _bench = new();

    [Fact]
    public void An_in_goes_to_the_new_session_and_nobody_knows_of_the_outs_that_were_sent()
    {
        _bench.In(1);
        _bench.Out(2, "sent");
        _bench.ToFar();
        _bench.Out(3, "not a byte of it");
        _bench.Proxy.FarEnded(_bench.Now);
        Assert.Equal(("2:0+4, 3:0+16", 0), (_bench.ToHost(), _bench.Proxy.ToFar.Length));
        Assert.Equal(UrbProxyPhase.Ended, _bench.Proxy.Phase);
        _bench.Out(4, "held");
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal("in1, out3 not a byte of it, out4 held", _bench.ToFar(NewDevId));
        _bench.Answer(1, data: "x");
        Assert.Equal("4:0+4, 1:0+1 x", _bench.ToHost());
        Assert.Equal(1, _bench.Proxy.Counters.OutsUnknown);
    }

    [Fact]
    public void An_out_of_which_a_byte_was_sent_is_not_sent_again()
    {
        _bench.Out(1, "whole");
        _bench.Read(1);
        _bench.Proxy.FarEnded(_bench.Now);
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal(("", 1), (_bench.ToFar(NewDevId), _bench.Proxy.Counters.OutsUnknown));
    }

    [Fact]
    public void What_the_host_gave_up_or_has_its_answer_to_is_forgotten()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.Control(3, ProxyBench.GetStatus);
        _bench.Unlink(4, 3);
        _bench.Out(5, "x");
        _bench.ToFar();
        _bench.Hold();
        Assert.Equal("u2:-104, u4:-104, 5:0+1", _bench.ToHost());
        _bench.Proxy.FarEnded(_bench.Now);
        _bench.Proxy.FarEnded(_bench.Now); // said twice
        Assert.Equal(("", 0), (_bench.ToHost(), _bench.Proxy.UrbCount));
        Assert.Equal(1, _bench.Proxy.Counters.OutsUnknown);
    }

    [Fact]
    public void What_the_far_side_called_gone_is_asked_again_of_the_next()
    {
        _bench.In(1);
        _bench.Out(2, "x");
        _bench.Control(3, s_setLines);
        _bench.ToFar();
        _bench.Answer(1, status: -108);
        _bench.Answer(2, status: -108);
        _bench.Answer(3, status: -108);
        _bench.Proxy.FarEnded(_bench.Now);
        Assert.Equal("2:0+1, 3:0", _bench.ToHost());
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal("setffff0000 21 22 3, in1", _bench.ToFar(NewDevId));
        _bench.Answer(1, data: "y");
        Assert.Equal("1:0+1 y", _bench.ToHost());
    }

    [Fact]
    public void A_gone_urb_of_a_session_that_goes_on_is_asked_again_too()
    {
        _bench.In(1);
        _bench.Out(2, "x");
        _bench.ToFar();
        _bench.Answer(1, status: -108);
        _bench.Answer(2, status: -108);
        _bench.Hold();
        _bench.Proxy.Resume(_bench.Now, _bench.Proxy.ToFar.Taken);
        Assert.Equal(("2:0+1", "in1"), (_bench.ToHost(), _bench.ToFar()));
        Assert.Equal(1, _bench.Proxy.Counters.OutsUnknown);
    }

    [Fact]
    public void Of_what_was_given_up_the_host_does_not_hear_that_it_is_gone()
    {
        _bench.Out(1, "x");
        _bench.Unlink(2, 1);
        _bench.Out(3, "y");
        _bench.Unlink(4, 3);
        Assert.Equal("u2:-104, u4:-104", _bench.After(5000));
        _bench.ToFar();
        _bench.Answer(1, status: -108);
        _bench.Unlinked(2, 0);
        _bench.Unlinked(4, -108);
        Assert.Equal("", _bench.ToHost());
        Assert.Equal(0, _bench.Proxy.UrbCount);
    }

    [Fact]
    public void An_adopted_in_is_asked_of_the_next_session_for_the_one_who_adopted_it()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.In(3);
        _bench.ToFar();
        _bench.ToHost();
        _bench.Proxy.FarEnded(_bench.Now);
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal("in1", _bench.ToFar(NewDevId));
        _bench.Answer(1, data: "x");
        Assert.Equal("3:0+1 x", _bench.ToHost());
    }

    [Fact]
    public void The_settings_are_restored_in_the_order_of_their_last_use_and_enabling_first()
    {
        uint seqnum = 1;
        foreach ((SetupPacket setup, string data) in new[]
        {
            (s_setLines, ""),
            (new SetupPacket(0x40, 0x01, 0x0101, 1, 0), ""), // FTDI: DTR
            (new SetupPacket(0x40, 0x01, 0x0202, 1, 0), ""), // FTDI: RTS
            (new SetupPacket(0x40, 0x01, 0x0100, 1, 0), ""), // FTDI: DTR, again
            (new SetupPacket(0x40, 0x01, 0x0101, 2, 0), ""), // FTDI: DTR of another port
            (new SetupPacket(0x40, 0x00, 1, 1, 0), ""), // FTDI: purge
            (new SetupPacket(0x00, 0x09, 1, 0, 0), ""), // SET_CONFIGURATION
            (new SetupPacket(0x01, 0x0B, 0, 1, 0), ""), // SET_INTERFACE to the default
            (new SetupPacket(0x01, 0x0B, 2, 3, 0), ""), // SET_INTERFACE
            (new SetupPacket(0x41, 0x00, 1, 0, 0), ""), // CP210x: enable
            (s_setLine, "1111111"),
            (s_setLines, ""),
        })
        {
            _bench.Control(seqnum, setup, data);
            _bench.ToFar();
            _bench.Answer(seqnum++, actualLength: data.Length);
        }
        _bench.Control(seqnum, s_setLine, "2222222");
        _bench.ToFar();
        _bench.Answer(seqnum, status: -32); // so it is not what the stick has
        _bench.Proxy.FarEnded(_bench.Now);
        var standard = new SetupPacket[4];
        Assert.Equal(2, _bench.Proxy.CopyStandardRequests(standard));
        Assert.Equal([new SetupPacket(0x00, 0x09, 1, 0, 0), new SetupPacket(0x01, 0x0B, 2, 3, 0)], standard[..2]);
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal(
            "setffff0000 41 00 1, setffff0001 40 01 202, setffff0002 40 01 100, setffff0003 40 01 101, setffff0004 21 20 0 1111111, "
                + "setffff0005 21 22 3",
            _bench.ToFar(NewDevId));
        Assert.Equal(6, _bench.Proxy.Counters.ControlsRestored);
    }

    [Fact]
    public void The_oldest_setting_makes_room_for_another()
    {
        _bench.Hold();
        for (uint index = 1; index <= 65; index++) _bench.Control(index, new SetupPacket(0x40, 0x9A, 0, (ushort)index, 0));
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal(64 * UrbHeader.Size, _bench.Proxy.ToFar.Length);
        Assert.Equal(64, _bench.Proxy.Counters.ControlsRestored);
    }

    [Fact]
    public void What_is_stale_when_the_new_session_comes_is_not_delivered()
    {
        _bench.Proxy.FarEnded(_bench.Now);
        _bench.Out(1, "old");
        _bench.Now += TimeSpan.FromSeconds(10);
        _bench.Out(2, "new");
        _bench.Now += TimeSpan.FromSeconds(5.1);
        _bench.Proxy.Reattach(NewDevId, _bench.Now);
        Assert.Equal(("out2 new", 1), (_bench.ToFar(NewDevId), _bench.Proxy.Counters.OutsStale));
    }

    [Fact]
    public void At_the_end_of_the_attachment_every_out_has_its_end()
    {
        _bench.In(1);
        _bench.Out(2, "sent");
        _bench.Hold();
        _bench.Out(3, "held");
        _bench.Proxy.Close();
        Assert.Equal(0, _bench.Proxy.UrbCount);
        Assert.Equal((1, 1), (_bench.Proxy.Counters.OutsUnknown, _bench.Proxy.Counters.OutsClosed));
    }
}
