using System.Buffers.Binary;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>Whatever the far side says, nothing reaches vhci that vhci does not wait for. Tried here, and never near a kernel.</summary>
public sealed class HostileFarSideTests
{
    private static readonly string[] s_asked = ["1", "2", "3", "u4"];

    private readonly ProxyBench _bench = new();

    public HostileFarSideTests()
    {
        _bench.In(1, length: 4);
        _bench.Out(2, "ab");
        _bench.ToFar();
    }

    [Fact]
    public void More_data_than_was_asked_for_is_refused_before_it_is_waited_for()
    {
        Refused<UsbIpProtocolException>("actual_length is 5, and 4 were asked for", ProxyBench.RetSubmit(1, 0, 5));
        Refused<UsbIpProtocolException>("actual_length is 3, and 2 were asked for", ProxyBench.RetSubmit(2, 0, 3));
        Refused<UsbIpProtocolException>("2147483647", ProxyBench.RetSubmit(1, -32, int.MaxValue));
        Refused<UsbIpFormatException>("actual_length", ProxyBench.RetSubmit(1, 0, -1));
    }

    [Fact]
    public void An_answer_to_nothing_is_refused() => Refused<UsbIpProtocolException>("no such URB", ProxyBench.RetSubmit(3, 0, 0));

    [Fact]
    public void A_second_answer_is_refused()
    {
        _bench.Answer(1, data: "x");
        _bench.Unlink(3, 2);
        Assert.Equal("1:0+1 x, u3:-104", _bench.After(5000));
        _bench.ToFar();
        _bench.Answer(2, actualLength: 2);
        Assert.Equal("", _bench.ToHost());
        Refused<UsbIpProtocolException>("no such URB", ProxyBench.RetSubmit(1, 0, 0));
        Refused<UsbIpProtocolException>("answered already", ProxyBench.RetSubmit(2, 0, 0));
    }

    [Fact]
    public void An_answer_to_what_was_not_yet_sent_is_refused()
    {
        _bench.In(3);
        Refused<UsbIpProtocolException>("no such URB was sent", ProxyBench.RetSubmit(3, 0, 0));
        _bench.Unlink(4, 2);
        _bench.ToFar();
        _bench.Unlink(5, 7);
        _bench.Out(6, "x");
        _bench.Unlink(8, 6);
        _bench.After(5000);
        var early = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = 8, Status = -104 }.Write(early);
        Refused<UsbIpProtocolException>("no such unlink was sent", early);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-115)]
    [InlineData(-4096)]
    [InlineData(int.MinValue)]
    public void A_status_that_is_no_result_is_refused(int status)
    {
        Refused<UsbIpFormatException>("status", ProxyBench.RetSubmit(1, status, 0));
        var unlinked = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = 1, Status = status }.Write(unlinked);
        Refused<UsbIpFormatException>("status", unlinked);
    }

    [Fact]
    public void Commands_and_unknown_messages_are_refused()
    {
        var message = new byte[UrbHeader.Size];
        new CmdUnlink { Seqnum = 1, DevId = 0, UnlinkSeqnum = 1 }.Write(message);
        Refused<UsbIpProtocolException>("CmdUnlink", message);
        BinaryPrimitives.WriteUInt32BigEndian(message, 5);
        Refused<UsbIpFormatException>("command is 5", message);
    }

    [Fact]
    public void An_answer_to_an_unlink_that_nobody_sent_is_swallowed()
    {
        _bench.Unlinked(9, -104);
        Assert.Equal("", _bench.ToHost());
        Assert.Equal(1, _bench.Proxy.Counters.AnswersSwallowed);
    }

    [Fact]
    public void Of_an_answer_only_its_seqnum_status_length_and_data_reach_the_host()
    {
        byte[] answer = ProxyBench.RetSubmit(1, -75, 4, "abcd");
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 0x1234);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(12), 1);
        answer.AsSpan(28, 20).Fill(0x7f);
        Assert.Equal(answer.Length, _bench.Proxy.FromFar(answer, _bench.Now));
        var said = new byte[100];
        Assert.Equal(52, _bench.Proxy.ToHost.Read(said));
        Assert.Equal(ProxyBench.RetSubmit(1, -75, 4, "abcd"), said[..52]);
    }

    [Fact]
    public void Whatever_the_bytes_are_the_host_gets_answers_to_what_it_asked_and_one_each()
    {
        var random = new Random(20_261_130);
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            var bench = new ProxyBench();
            bench.In(1, length: 8);
            bench.Out(2, "ab");
            bench.Control(3, ProxyBench.GetStatus);
            bench.Unlink(4, 3);
            bench.ToFar();
            byte[] bytes = [.. ProxyBench.RetSubmit(1, 0, 4, "abcd"), .. ProxyBench.RetSubmit(2, 0, 2), .. ProxyBench.RetSubmit(3, 0, 0)];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                // Where the numbers end: there a change makes another sensible message.
                int message = new[] { 0, 52, 100 }[random.Next(3)];
                int at = random.Next(2) == 0 ? random.Next(bytes.Length) : message + (4 * random.Next(12)) + 3;
                bytes[at] = random.Next(2) == 0 ? (byte)random.Next(6) : (byte)random.Next(256);
            }
            try
            {
                bench.Proxy.FromFar(bytes, bench.Now);
            }
            catch (UsbIpException e) when (e is UsbIpFormatException or UsbIpProtocolException)
            {
                refused++;
            }
            bench.Proxy.FarEnded(bench.Now);
            string[] answered = [.. bench.ToHost().Split(", ").Select(said => said.Split(':')[0]).Where(said => said.Length > 0)];
            Assert.Distinct(answered);
            Assert.All(answered, seqnum => Assert.Contains(seqnum, s_asked));
            Assert.Contains("2", answered);
            Assert.Contains("u4", answered);
        }
        Assert.InRange(refused, 250, 4750);
    }

    [Fact]
    public void What_the_host_may_not_say_is_refused_too()
    {
        Assert.Throws<UsbIpProtocolException>(() => _bench.In(1));
        Assert.Throws<UsbIpProtocolException>(() => _bench.In(3, length: UrbFraming.MaxTransfer + 1));
        Assert.Throws<UsbIpProtocolException>(() => _bench.FromHost(ProxyBench.RetSubmit(1, 0, 0)));
    }

    private void Refused<T>(string why, byte[] message)
        where T : UsbIpException
    {
        int before = _bench.Proxy.ToHost.Length;
        Assert.Contains(why, Assert.Throws<T>(() => _bench.Proxy.FromFar(message, _bench.Now)).Message, StringComparison.Ordinal);
        Assert.Equal(before, _bench.Proxy.ToHost.Length);
    }
}
