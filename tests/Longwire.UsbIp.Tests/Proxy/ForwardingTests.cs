using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>While the far side is there.</summary>
public sealed class ForwardingTests
{
    private readonly ProxyBench _bench = new();

    [Fact]
    public void Submits_go_to_the_far_side_and_their_answers_to_the_host()
    {
        _bench.In(1);
        _bench.Out(2, "ping");
        _bench.Control(3, ProxyBench.GetStatus);
        Assert.Equal("in1, out2 ping, get3 c0 05 0", _bench.ToFar());
        _bench.Answer(2, actualLength: 4);
        _bench.Answer(1, data: "pong");
        _bench.Answer(3, data: "ab");
        Assert.Equal("2:0+4, 1:0+4 pong, 3:0+2 ab", _bench.ToHost());
        Assert.Equal(0, _bench.Proxy.UrbCount);
        Assert.Equal(1, _bench.Proxy.Counters.OutsDelivered);
    }

    [Fact]
    public void Messages_are_taken_whole_wherever_the_bytes_are_cut()
    {
        var bytes = new byte[(2 * UrbHeader.Size) + 4];
        new CmdSubmit { Seqnum = 1, DevId = 0, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = 4 }.Write(bytes);
        new CmdSubmit { Seqnum = 2, DevId = 0, Direction = UrbDirection.In, Ep = 1, TransferBufferLength = 4 }.Write(bytes.AsSpan(52));
        for (int cut = 0; cut < bytes.Length; cut++)
        {
            var bench = new ProxyBench();
            Assert.Equal(cut < 52 ? 0 : 52, bench.Proxy.FromHost(bytes.AsSpan(0, cut), bench.Now));
            bench.Proxy.FromHost(bytes.AsSpan(cut < 52 ? 0 : 52), bench.Now);
            Assert.Equal("out1 \0\0\0\0, in2", bench.ToFar());
        }
    }

    [Fact]
    public void An_answer_is_taken_whole_and_only_the_table_knows_where_it_ends()
    {
        _bench.In(1);
        _bench.Out(2, "ab");
        _bench.ToFar();
        byte[] bytes = [.. ProxyBench.RetSubmit(1, 0, 3, "xyz"), .. ProxyBench.RetSubmit(2, 0, 2)];
        Assert.Equal(0, _bench.Proxy.FromFar(bytes.AsSpan(0, 50), _bench.Now));
        Assert.Equal(51, _bench.Proxy.FromFar(bytes.AsSpan(0, 98), _bench.Now));
        Assert.Equal(48, _bench.Proxy.FromFar(bytes.AsSpan(51), _bench.Now));
        Assert.Equal("1:0+3 xyz, 2:0+2", _bench.ToHost());
    }

    [Fact]
    public void Data_that_comes_with_an_error_belongs_to_the_answer()
    {
        _bench.In(1);
        _bench.ToFar();
        _bench.Answer(1, status: -75, data: "half");
        Assert.Equal("1:-75+4 half", _bench.ToHost());
    }

    [Fact]
    public void An_isochronous_transfer_is_refused_with_all_that_belongs_to_it()
    {
        var submit = new CmdSubmit
        {
            Seqnum = 1, DevId = 0, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = 8, NumberOfPackets = 2,
        };
        _bench.Submit(submit, new byte[8 + (2 * 16)]);
        _bench.Submit(submit with { Seqnum = 2, Direction = UrbDirection.In }, new byte[2 * 16]);
        _bench.Submit(submit with { Seqnum = 3, NumberOfPackets = -1 }, new byte[8]);
        Assert.Equal("1:-22, 2:-22", _bench.ToHost());
        Assert.Equal("out3 \0\0\0\0\0\0\0\0", _bench.ToFar());
        Assert.Equal((2, 1), (_bench.Proxy.Counters.Refused, _bench.Proxy.Counters.Outs));
    }

    [Fact]
    public void More_urbs_than_the_table_holds_are_refused_and_the_others_live()
    {
        var bench = new ProxyBench(new UrbProxyOptions { MaxUrbs = 2, MaxBytes = 100 });
        bench.In(1);
        bench.In(2, length: 37);
        bench.In(3, length: 36);
        bench.In(4, length: 1);
        Assert.Equal("2:-12, 4:-12", bench.ToHost());
        Assert.Equal("in1, in3", bench.ToFar());
    }

    [Fact]
    public void Nothing_is_consumed_while_too_much_waits_for_the_host()
    {
        const int Size = 32 * 1024;
        for (uint seqnum = 1; seqnum <= 10; seqnum++) _bench.In(seqnum, length: Size);
        _bench.ToFar();
        byte[] answers = [.. Enumerable.Range(1, 10).SelectMany(n => ProxyBench.RetSubmit((uint)n, 0, Size, new string('x', Size)))];
        int consumed = _bench.Proxy.FromFar(answers, _bench.Now);
        Assert.Equal(8 * (48 + Size), consumed);
        Assert.True(_bench.Proxy.IsHostBehind);
        Assert.Equal(0, _bench.Proxy.FromHost(new byte[UrbHeader.Size], _bench.Now));
        _bench.ToHost();
        Assert.Equal(answers.Length - consumed, _bench.Proxy.FromFar(answers.AsSpan(consumed), _bench.Now));
    }

    [Fact]
    public void What_the_far_side_calls_gone_is_not_told_to_the_host()
    {
        _bench.In(1);
        _bench.Out(2, "a");
        _bench.Control(3, ProxyBench.GetStatus);
        _bench.ToFar();
        _bench.Answer(1, status: -108);
        _bench.Answer(2, status: -19);
        _bench.Answer(3, status: -108);
        Assert.Equal("", _bench.ToHost());
        // Nor does an unlink ask the far side for what it has given up.
        _bench.Unlink(4, 1);
        _bench.Unlink(5, 2);
        _bench.Unlink(6, 3);
        Assert.Equal("u4:-104, u5:-104, u6:-104", _bench.ToHost());
        Assert.Equal("", _bench.ToFar());
        Assert.Equal(0, _bench.Proxy.UrbCount);
        Assert.Equal(1, _bench.Proxy.Counters.OutsUnknown);
    }

    [Fact]
    public void A_seqnum_that_the_far_side_still_uses_is_replaced_by_one_of_ours()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.In(1, ep: 3);
        Assert.Equal("in1, inffff0000", _bench.ToFar());
        _bench.ToHost();
        _bench.Answer(0xFFFF_0000, data: "x");
        Assert.Equal("1:0+1 x", _bench.ToHost());
    }

    [Fact]
    public void In_a_steady_state_nothing_is_allocated()
    {
        var proxy = new UrbProxy(1, new UrbProxyOptions());
        var buffer = new byte[4096];
        var submit = new byte[UrbHeader.Size + 32];
        var answer = new byte[UrbHeader.Size + 64];
        uint seqnum = 0;
        long consumed = 0;
        TimeSpan now = default;
        for (int i = 0; i < 100; i++) Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((10_100, 10_100), (proxy.Counters.OutsDelivered, proxy.Counters.InsAdopted));
        Assert.Equal((30_300, 20_200, 10_100), (proxy.Counters.Submits, proxy.Counters.Completions, proxy.Counters.Unlinks));
        Assert.Equal(10_100 * ((6 * UrbHeader.Size) + 32 + 64), consumed);

        void Pass()
        {
            uint gone = ++seqnum;
            Send(In(gone), 0);
            new CmdUnlink { Seqnum = ++seqnum, DevId = 1, UnlinkSeqnum = gone }.Write(submit);
            consumed += proxy.FromHost(submit.AsSpan(0, UrbHeader.Size), now);
            Send(In(++seqnum), 0);
            Send(new CmdSubmit { Seqnum = ++seqnum, DevId = 1, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = 32 }, 32);
            Drain(proxy.ToFar);
            // So that answers fall into one window after the other.
            now += TimeSpan.FromMilliseconds(20);
            Receive(new RetSubmit { Seqnum = gone, Status = 0, ActualLength = 64 }, 64);
            Receive(new RetSubmit { Seqnum = seqnum, Status = 0, ActualLength = 32 }, 0);
            Drain(proxy.ToHost);
        }

        CmdSubmit In(uint number) =>
            new() { Seqnum = number, DevId = 1, Direction = UrbDirection.In, Ep = 2, TransferBufferLength = 64 };

        void Send(in CmdSubmit message, int data)
        {
            message.Write(submit);
            consumed += proxy.FromHost(submit.AsSpan(0, UrbHeader.Size + data), now);
        }

        void Receive(in RetSubmit message, int data)
        {
            message.Write(answer);
            consumed += proxy.FromFar(answer.AsSpan(0, UrbHeader.Size + data), now);
        }

        void Drain(ByteQueue queue)
        {
            while (queue.Read(buffer) > 0)
            {
            }
        }
    }
}
