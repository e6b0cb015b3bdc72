using System.Buffers.Binary;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>While the host is away.</summary>
public sealed class ReadAheadTests
{
    private readonly RelayBench _bench = new();

    [Fact]
    public void What_the_host_had_asked_for_is_answered_to_it_and_then_read_ahead()
    {
        _bench.HoldWithNothingLeft();
        _bench.Answer(0xFFFF_0000, "c");
        _bench.Answer(0xFFFF_0001, "defg");
        Assert.Equal("", _bench.ToHost());
        Assert.Equal("inffff0002, inffff0003", _bench.ToKernel());
        Assert.Equal(5, _bench.Relay.BytesAhead);
        Assert.Equal(new RelayCounters { Urbs = 2, Clones = 4, BytesReadAhead = 5 }, _bench.Relay.Counters);
    }

    [Fact]
    public void A_clone_differs_from_the_hosts_last_in_by_its_seqnum_alone()
    {
        _bench.Relay.FromHost(UrbWords.In(1, length: 32, devId: 0x0001_0007));
        byte[] last = UrbWords.In(2, length: 128, devId: 0x0001_0007);
        _bench.Relay.FromHost(last);
        _bench.Relay.Hold();
        _bench.Commands();
        _bench.Answer(1);
        byte[] clone = Assert.Single(_bench.Commands());
        BinaryPrimitives.WriteUInt32BigEndian(last.AsSpan(4), 0xFFFF_0000);
        Assert.Equal(last, clone);
    }

    [Fact]
    public void Nothing_is_asked_for_as_long_as_the_host_has_asked_for_enough()
    {
        for (uint seqnum = 1; seqnum <= 4; seqnum++) _bench.In(seqnum);
        _bench.Relay.Hold();
        _bench.ToKernel();
        _bench.Answer(1, "a");
        _bench.Answer(2, "b");
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(3, "c");
        Assert.Equal("inffff0000", _bench.ToKernel());
        _bench.Answer(4, "d");
        Assert.Equal("inffff0001", _bench.ToKernel());
    }

    [Fact]
    public void A_host_that_asks_for_one_at_a_time_is_read_ahead_one_at_a_time()
    {
        _bench.In(1);
        _bench.Relay.Hold();
        _bench.ToKernel();
        _bench.Answer(1, "a");
        Assert.Equal("inffff0000", _bench.ToKernel());
        _bench.Answer(0xFFFF_0000, "b");
        Assert.Equal("inffff0001", _bench.ToKernel());
    }

    [Fact]
    public void Only_bulk_ins_that_the_host_had_asked_for_are_read_ahead()
    {
        _bench.In(1, ep: 4);
        _bench.In(2, ep: 3, interval: 8);
        _bench.In(3, ep: 5);
        _bench.Out(4, "x");
        _bench.Relay.FromHost(UrbWords.Control(5, UrbWords.GetStatus));
        _bench.Unlink(6, 3);
        _bench.ToKernel();
        _bench.Answer(1);
        _bench.Relay.Hold();
        _bench.Answer(2, "line");
        _bench.Unlinked(6, -104);
        _bench.Answer(4, actualLength: 1);
        _bench.Answer(5, "ab");
        Assert.Equal("", _bench.ToKernel());
        Assert.Equal("1:0, 2:0+4 line, u6:-104, 4:0+1, 5:0+2 ab", _bench.ToHost());
    }

    [Fact]
    public void Each_endpoint_has_a_share_of_its_own()
    {
        _bench.In(1, ep: 2);
        _bench.In(2, ep: 4);
        _bench.Relay.Hold();
        _bench.ToKernel();
        _bench.Answer(2, "d");
        Assert.Equal(4u, CmdSubmit.Parse(Assert.Single(_bench.Commands())).Ep);
        _bench.Answer(0xFFFF_0000, "e");
        _bench.Answer(1, "a");
        Assert.Equal([4u, 2u], _bench.Commands().Select(message => CmdSubmit.Parse(message).Ep));
    }

    [Fact]
    public void Clones_are_asked_for_no_further_than_their_answers_would_fit()
    {
        // An answer takes up its length and 4: the first clone and the second fit, then only one of 64 more.
        var bench = new RelayBench(new ExportRelayOptions { ReadAheadBytes = 64 + 4 + 64 + 4 + 10 });
        bench.HoldWithNothingLeft();
        bench.Answer(0xFFFF_0000, "0123456");
        Assert.Equal("", bench.ToKernel());
        bench.Answer(0xFFFF_0001, "6 bytes");
        Assert.Equal("inffff0002", bench.ToKernel());
        bench.Answer(0xFFFF_0002, new string('x', 64));
        Assert.Equal("", bench.ToKernel());
        Assert.Equal(78, bench.Relay.BytesAhead);
        // The host is back and has it; what it asks for next it asks itself.
        bench.Relay.Resume();
        for (uint seqnum = 3; seqnum <= 6; seqnum++) bench.In(seqnum);
        Assert.Equal($"3:0+7 0123456, 4:0+7 6 bytes, 5:0+64 {new string('x', 64)}", bench.ToHost());
        Assert.Equal("in6", bench.ToKernel());
    }

    [Fact]
    public void An_answer_with_nothing_in_it_is_not_kept_and_asked_for_again()
    {
        _bench.HoldWithNothingLeft();
        for (uint seqnum = 0xFFFF_0000; seqnum < 0xFFFF_0100; seqnum++)
        {
            _bench.Answer(seqnum);
            Assert.Single(_bench.Commands());
        }
        Assert.Equal(0, _bench.Relay.BytesAhead);
        Assert.Equal(256, _bench.Relay.Counters.ClonesEmpty);
    }

    [Fact]
    public void An_answer_of_status_bytes_alone_holds_nothing()
    {
        var bench = new RelayBench(new ExportRelayOptions { StatusBytes = 2 });
        bench.HoldWithNothingLeft();
        bench.Answer(0xFFFF_0000, "st");
        bench.Answer(0xFFFF_0001, "sta");
        Assert.Equal("inffff0002, inffff0003", bench.ToKernel());
        Assert.Equal(3, bench.Relay.BytesAhead);
        Assert.Equal(1, bench.Relay.Counters.ClonesEmpty);
    }

    [Fact]
    public void An_in_that_has_no_room_for_data_is_not_cloned()
    {
        var bench = new RelayBench(new ExportRelayOptions { StatusBytes = 2 });
        bench.In(1, length: 2);
        bench.Relay.Hold();
        bench.ToKernel();
        bench.Answer(1, "st");
        Assert.Equal("", bench.ToKernel());
    }

    [Fact]
    public void An_error_ends_it_until_the_host_was_there_again()
    {
        _bench.HoldWithNothingLeft();
        _bench.Answer(0xFFFF_0000, "bad", status: -71);
        _bench.Answer(0xFFFF_0001, "good");
        Assert.Equal("", _bench.ToKernel());
        Assert.Equal((1, 3), (_bench.Relay.Counters.ClonesFailed, _bench.Relay.Counters.BytesDropped));
        _bench.Relay.Resume();
        _bench.In(3);
        _bench.In(4);
        Assert.Equal("3:0+4 good", _bench.ToHost());
        _bench.In(5);
        _bench.Relay.Hold();
        Assert.Equal("in4, in5", _bench.ToKernel());
        _bench.Answer(4, "x");
        Assert.Equal("inffff0002", _bench.ToKernel());
    }

    [Fact]
    public void An_error_of_the_hosts_own_in_ends_it_too()
    {
        _bench.In(1);
        _bench.In(2, ep: 4);
        _bench.Relay.Hold();
        _bench.ToKernel();
        _bench.Answer(1, status: -32);
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(2, "x");
        Assert.Equal("inffff0000", _bench.ToKernel());
        Assert.Equal("1:-32, 2:0+1 x", _bench.ToHost());
    }

    [Fact]
    public void The_seqnums_of_clones_wrap_and_pass_by_those_in_use()
    {
        var bench = new RelayBench(new ExportRelayOptions { StatusBytes = 2 });
        bench.In(0xFFFF_0000);
        bench.In(0xFFFF_0001);
        bench.Relay.Hold();
        bench.ToKernel();
        bench.Answer(0xFFFF_0000, "st");
        Assert.Equal("inffff0000", bench.ToKernel());
        bench.Answer(0xFFFF_0001, "st");
        Assert.Equal("inffff0001", bench.ToKernel());
        for (uint seqnum = 0xFFFF_0001; seqnum != 0; seqnum++)
        {
            bench.Answer(seqnum, "st");
            Assert.Single(bench.Commands());
        }
        bench.Answer(0xFFFF_0000, "st");
        Assert.Equal("inffff0002", bench.ToKernel());
    }

    [Fact]
    public void Host_is_away_once_and_back_once()
    {
        Assert.Throws<InvalidOperationException>(_bench.Relay.Resume);
        _bench.Relay.Hold();
        Assert.Throws<InvalidOperationException>(_bench.Relay.Hold);
        Assert.True(_bench.Relay.IsHeld);
        _bench.Relay.Resume();
        Assert.False(_bench.Relay.IsHeld);
    }
}
