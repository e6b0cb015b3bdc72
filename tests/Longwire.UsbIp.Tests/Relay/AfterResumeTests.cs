using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>The host is back, and what the stick said meanwhile comes first.</summary>
public sealed class AfterResumeTests
{
    private readonly RelayBench _bench = new();

    [Fact]
    public void The_hosts_ins_are_answered_with_what_was_read_ahead_in_order()
    {
        _bench.HoldWithNothingLeft();
        _bench.Answer(0xFFFF_0000, "c");
        _bench.Answer(0xFFFF_0001, "d");
        _bench.ToKernel();
        _bench.Relay.Resume();
        _bench.In(3);
        _bench.In(4);
        Assert.Equal("3:0+1 c, 4:0+1 d", _bench.ToHost());
        Assert.Equal(0, _bench.Relay.BytesAhead);
    }

    [Fact]
    public void An_in_takes_the_place_of_a_clone_oldest_first()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3);
        _bench.In(4);
        _bench.In(5);
        Assert.Equal("in5", _bench.ToKernel());
        _bench.Answer(0xFFFF_0000, "c");
        _bench.Answer(0xFFFF_0001, status: -71);
        _bench.Answer(5, "e");
        Assert.Equal("3:0+1 c, 4:-71, 5:0+1 e", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
        Assert.Equal(0, _bench.Relay.UrbCount);
        Assert.Equal(2, _bench.Relay.Counters.ClonesAdopted);
    }

    [Fact]
    public void Data_come_before_the_place_of_a_clone()
    {
        _bench.HoldWithNothingLeft();
        _bench.Answer(0xFFFF_0000, "c");
        _bench.ToKernel();
        _bench.Relay.Resume();
        _bench.In(3);
        _bench.In(4);
        _bench.In(5);
        Assert.Equal("3:0+1 c", _bench.ToHost());
        _bench.Answer(0xFFFF_0001, "d");
        _bench.Answer(0xFFFF_0002, "e");
        Assert.Equal("4:0+1 d, 5:0+1 e", _bench.ToHost());
    }

    [Fact]
    public void No_clone_is_renewed_when_the_host_is_there()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.Answer(0xFFFF_0000);
        _bench.Answer(0xFFFF_0001, "d");
        Assert.Equal("", _bench.ToKernel());
        _bench.In(3);
        _bench.In(4);
        Assert.Equal("3:0+1 d", _bench.ToHost());
        Assert.Equal("in4", _bench.ToKernel());
    }

    [Fact]
    public void Another_kind_of_in_waits_for_the_clones_and_so_does_all_behind_it()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3, length: 128);
        _bench.In(4);
        _bench.In(5, length: 32);
        _bench.In(6);
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(0xFFFF_0000, "c");
        // 4 is like the other clone, and nothing is before it any more; 5 and 6 have the kernel.
        Assert.Equal("3:0+1 c", _bench.ToHost());
        Assert.Equal("in5, in6", _bench.ToKernel());
        _bench.Answer(0xFFFF_0001, "d");
        Assert.Equal("4:0+1 d", _bench.ToHost());
    }

    [Fact]
    public void An_in_that_waited_for_a_clone_with_nothing_in_it_has_the_kernel()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3, length: 128);
        _bench.Answer(0xFFFF_0000);
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(0xFFFF_0001, status: -32);
        Assert.Equal("in3", _bench.ToKernel());
        Assert.Equal("", _bench.ToHost());
    }

    [Fact]
    public void A_shorter_in_has_a_part_and_the_rest_stays_first()
    {
        _bench.HoldWithNothingLeft();
        _bench.Answer(0xFFFF_0000, "hello");
        _bench.Answer(0xFFFF_0001, "you");
        _bench.Relay.Resume();
        _bench.In(3, length: 0);
        _bench.In(4, length: 2);
        Assert.Equal(6, _bench.Relay.BytesAhead);
        _bench.In(5, length: 3);
        _bench.In(6, length: 3);
        Assert.Equal("3:0, 4:0+2 he, 5:0+3 llo, 6:0+3 you", _bench.ToHost());
    }

    [Fact]
    public void Status_bytes_stay_with_their_data_or_both_are_lost()
    {
        var bench = new RelayBench(new ExportRelayOptions { StatusBytes = 2 });
        bench.HoldWithNothingLeft();
        bench.Answer(0xFFFF_0000, "sthello");
        bench.Answer(0xFFFF_0001, "styou");
        bench.Relay.Resume();
        bench.In(3, length: 5);
        bench.In(4, length: 5);
        Assert.Equal("3:-75, 4:0+5 styou", bench.ToHost());
        Assert.Equal(7, bench.Relay.Counters.BytesDropped);
    }

    [Fact]
    public void What_waits_here_is_taken_back_here()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3, length: 128);
        _bench.In(4);
        _bench.Unlink(5, 3);
        Assert.Equal("u5:-104", _bench.ToHost());
        Assert.Equal(1, _bench.Relay.Counters.ClonesAdopted);
        // What stood behind it has the first clone's place now.
        _bench.Answer(0xFFFF_0000, "c");
        Assert.Equal("4:0+1 c", _bench.ToHost());
        _bench.Unlink(6, 3);
        Assert.Equal("u6:0", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
    }

    [Fact]
    public void What_has_a_clones_place_is_taken_back_at_the_kernel()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3);
        _bench.Unlink(4, 3);
        Assert.Equal("unlink4(ffff0000)", _bench.ToKernel());
        _bench.Unlinked(4, -104);
        Assert.Equal("u4:-104", _bench.ToHost());
        Assert.Equal(1, _bench.Relay.UrbCount);
    }

    [Fact]
    public void Clones_of_one_absence_serve_in_the_next()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3, length: 128);
        _bench.Relay.Hold();
        Assert.Equal("", _bench.ToKernel());
        // The first answers what waits here; then one of the two clones is left, and the host had asked for one.
        _bench.Answer(0xFFFF_0000, "c");
        Assert.Equal("3:0+1 c", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(0xFFFF_0001, "d");
        byte[] clone = Assert.Single(_bench.Commands());
        Assert.Equal((0xFFFF_0002, 128), (CmdSubmit.Parse(clone).Seqnum, CmdSubmit.Parse(clone).TransferBufferLength));
        _bench.Relay.Resume();
        _bench.In(4, length: 128);
        _bench.In(5, length: 128);
        _bench.Answer(0xFFFF_0002, "e");
        Assert.Equal("4:0+1 d, 5:0+1 e", _bench.ToHost());
    }

    [Fact]
    public void A_clone_of_another_kind_that_is_older_keeps_its_turn()
    {
        _bench.In(1, length: 32);
        _bench.Relay.Hold();
        _bench.ToKernel();
        _bench.Answer(1);
        Assert.Equal("1:0", _bench.ToHost());
        Assert.Equal("inffff0000", _bench.ToKernel());
        _bench.Relay.Resume();
        _bench.In(2);
        _bench.In(3);
        _bench.Relay.Hold();
        Assert.Equal("inffff0001", _bench.ToKernel());
        // 2 is like the second clone, but what the first brings is earlier.
        _bench.In(4);
        Assert.Equal(0, _bench.Relay.Counters.ClonesAdopted);
        _bench.Answer(0xFFFF_0000);
        Assert.Equal("in3, in4", _bench.ToKernel());
        _bench.Answer(0xFFFF_0001, "a");
        Assert.Equal("2:0+1 a", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(3, "b");
        Assert.Equal("inffff0002", _bench.ToKernel());
    }

    [Fact]
    public void A_host_that_was_back_for_too_short_to_speak_is_read_ahead_as_before()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.Answer(0xFFFF_0000, "c");
        Assert.Equal("", _bench.ToKernel());
        _bench.Relay.Hold();
        Assert.Equal("inffff0002", _bench.ToKernel());
    }

    [Fact]
    public void A_host_that_has_spoken_and_asks_for_nothing_is_not_read_ahead()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.Out(3, "x");
        _bench.ToKernel();
        _bench.Relay.Hold();
        _bench.Answer(0xFFFF_0000, "c");
        _bench.Answer(0xFFFF_0001, "d");
        Assert.Equal("", _bench.ToKernel());
        Assert.Equal(2, _bench.Relay.BytesAhead);
    }
}
