using System.Buffers.Binary;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>
/// Whatever the host says, it cannot fill the memory nor reach what is ours; and what the kernel cannot say ends the session.
/// </summary>
public sealed class HostileRelayTests
{
    private readonly RelayBench _bench = new();

    [Fact]
    public void A_message_that_is_not_one_whole_command_is_refused()
    {
        Refused<UsbIpFormatException>("needs 48 bytes and has 0", []);
        Refused<UsbIpFormatException>("needs 48 bytes and has 47", UrbWords.In(1)[..47]);
        Refused<UsbIpFormatException>("50 bytes long, and came as 49", UrbWords.Out(1, "ab")[..49]);
        Refused<UsbIpFormatException>("48 bytes long, and came as 49", [.. UrbWords.In(1), 0]);
        Refused<UsbIpFormatException>("48 bytes long, and came as 96", [.. UrbWords.In(1), .. UrbWords.In(2)]);
        Refused<UsbIpFormatException>("48 bytes long, and came as 52", [.. UrbWords.Unlink(1, 2), 0, 0, 0, 0]);
    }

    [Fact]
    public void A_message_that_is_no_command_or_out_of_range_is_refused()
    {
        Refused<UsbIpProtocolException>("RetSubmit", UrbWords.RetSubmit(1, 0, 0));
        byte[] message = UrbWords.In(1);
        BinaryPrimitives.WriteUInt32BigEndian(message, 9);
        Refused<UsbIpFormatException>("command is 9", message);
        Refused<UsbIpFormatException>("ep is 16", UrbWords.In(1, ep: 16));
        Refused<UsbIpFormatException>("transfer_buffer_length", UrbWords.In(1, length: -1));
        Refused<UsbIpProtocolException>("at most 65536", UrbWords.In(1, length: UrbFraming.MaxTransfer + 1));
    }

    [Fact]
    public void A_seqnum_that_is_under_way_is_refused()
    {
        _bench.In(1);
        _bench.Out(2, "x");
        _bench.Unlink(3, 2);
        Refused<UsbIpProtocolException>("under way already", UrbWords.In(1));
        Refused<UsbIpProtocolException>("under way already", UrbWords.Out(1, "x"));
        Refused<UsbIpProtocolException>("under way already", UrbWords.Unlink(3, 1));
        Refused<UsbIpProtocolException>("unlinked already", UrbWords.Unlink(4, 2));
    }

    [Fact]
    public void A_seqnum_that_waits_here_is_refused_and_one_that_only_a_clone_has_is_not()
    {
        _bench.HoldWithNothingLeft();
        _bench.Relay.Resume();
        _bench.In(3, length: 128);
        Refused<UsbIpProtocolException>("under way already", UrbWords.In(3));
        _bench.Relay.FromHost(UrbWords.Control(0xFFFF_0001, UrbWords.GetStatus));
        Assert.Equal("getffff0002 c0 05 0", _bench.ToKernel());
        _bench.Unlink(9, 0xFFFF_0000);
        Assert.Equal("u9:0", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
        _bench.Answer(0xFFFF_0002, "ab");
        Assert.Equal("4294901761:0+2 ab", _bench.ToHost());
    }

    [Fact]
    public void A_seqnum_that_may_still_be_answered_is_replaced()
    {
        _bench.In(1);
        _bench.Unlink(2, 1);
        _bench.ToKernel();
        _bench.Unlinked(2, 0);
        _bench.Out(1, "x");
        Assert.Equal("outffff0000 x", _bench.ToKernel());
        _bench.Answer(0xFFFF_0000, actualLength: 1);
        Assert.Equal("u2:0, 1:0+1", _bench.ToHost());
    }

    [Fact]
    public void More_urbs_and_unread_answers_than_there_is_room_for_are_refused()
    {
        var bench = new RelayBench(new ExportRelayOptions { MaxUrbs = 4 });
        bench.In(1);
        bench.Out(2, "x");
        bench.In(3, ep: 3);
        bench.ToKernel();
        bench.Answer(1, "x");
        bench.Unlink(4, 99);
        Refused<UsbIpProtocolException>("2 URBs and 2 answers", UrbWords.In(5), bench);
        Refused<UsbIpProtocolException>("2 URBs and 2 answers", UrbWords.Unlink(5, 99), bench);
        bench.ToHost();
        bench.In(5);
    }

    [Fact]
    public void More_bytes_than_there_is_room_for_are_refused()
    {
        var bench = new RelayBench(new ExportRelayOptions { MaxBytes = 300 });
        bench.In(1, length: 200);
        Refused<UsbIpProtocolException>("no room for 101 bytes more", UrbWords.In(2, length: 101), bench);
        bench.In(2, length: 100);
        bench.ToKernel();
        bench.Answer(1, new string('x', 200));
        Refused<UsbIpProtocolException>("no room for 0 bytes more", UrbWords.Unlink(3, 99), bench);
        Refused<UsbIpProtocolException>("no room for 1 bytes more", UrbWords.Out(3, "x"), bench);
        bench.ToHost();
        bench.In(3, length: 200);
    }

    [Fact]
    public void What_the_kernel_cannot_say_ends_the_session()
    {
        _bench.In(1, length: 4);
        _bench.Out(2, "ab");
        _bench.Unlink(3, 2);
        Impossible<UsbIpProtocolException>("no such URB was sent", UrbWords.RetSubmit(1, 0, 0));
        Impossible<UsbIpProtocolException>("no such unlink was sent", UrbWords.RetUnlink(3, -104));
        _bench.ToKernel();
        Impossible<UsbIpProtocolException>("no such URB was sent", UrbWords.RetSubmit(9, 0, 0));
        Impossible<UsbIpProtocolException>("no such unlink was sent", UrbWords.RetUnlink(9, 0));
        Impossible<UsbIpProtocolException>("actual_length is 5, and 4 were asked for", UrbWords.RetSubmit(1, 0, 5));
        Impossible<UsbIpProtocolException>("actual_length is 3, and 2 were asked for", UrbWords.RetSubmit(2, 0, 3));
        Impossible<UsbIpFormatException>("actual_length", UrbWords.RetSubmit(1, 0, -1));
        Impossible<UsbIpFormatException>("status is 1", UrbWords.RetSubmit(1, 1, 0));
        Impossible<UsbIpFormatException>("status is -115", UrbWords.RetUnlink(3, -115));
        Impossible<UsbIpProtocolException>("CmdSubmit", UrbWords.In(1));
        _bench.Answer(2, actualLength: 2);
        Impossible<UsbIpProtocolException>("answered already", UrbWords.RetSubmit(2, 0, 0));
        _bench.Answer(1);
        Impossible<UsbIpProtocolException>("no such URB was sent", UrbWords.RetSubmit(1, 0, 0));
    }

    [Fact]
    public void What_the_kernel_cannot_say_of_a_clone_ends_the_session()
    {
        _bench.HoldWithNothingLeft();
        Impossible<UsbIpProtocolException>("actual_length is 65", UrbWords.RetSubmit(0xFFFF_0000, 0, 65));
        _bench.Answer(0xFFFF_0000, "x");
        Impossible<UsbIpProtocolException>("no such URB was sent", UrbWords.RetSubmit(0xFFFF_0000, 0, 0));
        Impossible<UsbIpProtocolException>("no such URB was sent", UrbWords.RetSubmit(0xFFFF_0002, 0, 0));
    }

    [Fact]
    public void Of_an_answer_only_its_seqnum_status_length_and_data_reach_the_host()
    {
        _bench.In(1);
        _bench.ToKernel();
        byte[] answer = UrbWords.RetSubmit(1, -75, 4, "abcd");
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 0x1234);
        answer.AsSpan(28, 20).Fill(0x7f);
        _bench.FromKernel(answer);
        var said = new byte[52];
        Assert.Equal(52, _bench.Relay.ReadAnswer(said));
        Assert.Equal(UrbWords.RetSubmit(1, -75, 4, "abcd"), said);
    }

    [Fact]
    public void Whatever_bytes_the_host_sends_they_are_taken_or_refused_and_the_bounds_hold()
    {
        var random = new Random(20_261_130);
        var options = new ExportRelayOptions { MaxUrbs = 16, MaxBytes = 4096 };
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            var bench = new RelayBench(options);
            try
            {
                for (int n = 0; n < 40; n++)
                {
                    byte[] message = random.Next(3) switch
                    {
                        0 => UrbWords.In((uint)random.Next(8)),
                        1 => UrbWords.Out((uint)random.Next(8), "ab"),
                        _ => UrbWords.Unlink((uint)random.Next(100, 200), (uint)random.Next(8)),
                    };
                    if (random.Next(4) == 0) message[random.Next(message.Length)] = (byte)random.Next(256);
                    bench.Relay.FromHost(message);
                    Assert.InRange(bench.Relay.UrbCount, 0, options.MaxUrbs);
                }
                Assert.Fail("40 are more than 16");
            }
            catch (UsbIpException e) when (e is UsbIpFormatException or UsbIpProtocolException)
            {
                refused++;
            }
            Assert.Equal(bench.Relay.UrbCount, bench.Commands().Count(message => message[3] == (byte)UrbCommand.CmdSubmit));
        }
        Assert.Equal(5000, refused);
    }

    private void Refused<T>(string why, byte[] message, RelayBench? bench = null)
        where T : UsbIpException
    {
        bench ??= _bench;
        (int toKernel, int urbs) = (bench.Relay.ToKernel.Length, bench.Relay.UrbCount);
        Assert.Contains(why, Assert.Throws<T>(() => bench.Relay.FromHost(message)).Message, StringComparison.Ordinal);
        Assert.Equal((toKernel, urbs), (bench.Relay.ToKernel.Length, bench.Relay.UrbCount));
    }

    private void Impossible<T>(string why, byte[] message)
        where T : UsbIpException
    {
        int before = _bench.Relay.NextAnswerSize;
        Assert.Contains(why, Assert.Throws<T>(() => _bench.Relay.FromKernel(message)).Message, StringComparison.Ordinal);
        Assert.Equal(before, _bench.Relay.NextAnswerSize);
    }
}
