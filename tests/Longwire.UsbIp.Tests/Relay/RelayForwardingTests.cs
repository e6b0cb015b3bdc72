using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>While the host is there.</summary>
public sealed class RelayForwardingTests
{
    private readonly RelayBench _bench = new();

    [Fact]
    public void Commands_go_to_the_kernel_and_its_answers_to_the_host()
    {
        _bench.In(1);
        _bench.Out(2, "ping");
        _bench.Relay.FromHost(UrbWords.Control(3, UrbWords.GetStatus));
        _bench.In(4, ep: 3, interval: 8);
        Assert.Equal("in1, out2 ping, get3 c0 05 0, in4", _bench.ToKernel());
        _bench.Answer(2, actualLength: 4);
        _bench.Answer(1, "pong");
        _bench.Answer(4, "line");
        _bench.Answer(3, "ab");
        Assert.Equal("2:0+4, 1:0+4 pong, 4:0+4 line, 3:0+2 ab", _bench.ToHost());
        Assert.Equal(0, _bench.Relay.UrbCount);
        Assert.Equal(new RelayCounters { Urbs = 4 }, _bench.Relay.Counters);
    }

    [Fact]
    public void What_the_host_says_reaches_the_kernel_byte_for_byte()
    {
        byte[] message = UrbWords.Submit(new CmdSubmit
        {
            Seqnum = 7, DevId = 0x0001_0004, Direction = UrbDirection.In, Ep = 0, TransferFlags = 0x201, TransferBufferLength = 18,
            StartFrame = 5, NumberOfPackets = -1, Interval = 3, Setup = new SetupPacket(0x80, 6, 0x100, 2, 18),
        });
        _bench.Relay.FromHost(message);
        Assert.Equal([message], _bench.Commands());
    }

    [Fact]
    public void Answers_are_taken_whole_wherever_the_bytes_are_cut()
    {
        byte[] bytes =
        [
            .. UrbWords.RetSubmit(1, 0, 3, "xyz"), .. UrbWords.RetSubmit(2, 0, 2), .. UrbWords.RetUnlink(4, -104),
            .. UrbWords.RetSubmit(5, -75, 4, "half"),
        ];
        int[] ends = [0, 51, 99, 147, 199];
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                var bench = new RelayBench();
                bench.In(1);
                bench.Out(2, "ab");
                bench.Out(3, "cd");
                bench.Unlink(4, 3);
                bench.In(5, ep: 3);
                bench.ToKernel();
                int consumed = bench.Relay.FromKernel(bytes.AsSpan(0, first));
                Assert.Equal(ends.Last(end => end <= first), consumed);
                consumed += bench.Relay.FromKernel(bytes.AsSpan(consumed, second - consumed));
                Assert.Equal(ends.Last(end => end <= second), consumed);
                consumed += bench.Relay.FromKernel(bytes.AsSpan(consumed));
                Assert.Equal(bytes.Length, consumed);
                Assert.Equal("1:0+3 xyz, 2:0+2, u4:-104, 5:-75+4 half", bench.ToHost());
            }
        }
    }

    [Fact]
    public void Whatever_the_caller_reads_of_the_commands_at_once_they_are_one_stream()
    {
        _bench.Out(1, "hello");
        _bench.Unlink(2, 1);
        byte[] whole = UrbWords.Out(1, "hello");
        var read = new byte[whole.Length];
        for (int at = 0; at < read.Length; at++) Assert.Equal(1, _bench.Relay.ToKernel.Read(read.AsSpan(at, 1)));
        Assert.Equal(whole, read);
        Assert.Equal("unlink2(1)", _bench.ToKernel());
    }

    [Fact]
    public void An_answer_is_read_alone_and_whole()
    {
        _bench.In(1);
        _bench.In(2);
        _bench.ToKernel();
        Assert.Equal(0, _bench.Relay.NextAnswerSize);
        Assert.Equal(0, _bench.Relay.ReadAnswer([]));
        _bench.Answer(1, "first");
        _bench.Answer(2, "x");
        Assert.Equal(53, _bench.Relay.NextAnswerSize);
        string message = Assert.Throws<ArgumentException>(() => _bench.Relay.ReadAnswer(new byte[52])).Message;
        Assert.Contains("53 bytes", message, StringComparison.Ordinal);
        var answer = new byte[200];
        Assert.Equal(53, _bench.Relay.ReadAnswer(answer));
        Assert.Equal(UrbWords.RetSubmit(1, 0, 5, "first"), answer[..53]);
        Assert.Equal("2:0+1 x", _bench.ToHost());
    }

    [Fact]
    public void A_stick_that_goes_is_told_as_the_kernel_tells_it()
    {
        _bench.In(1);
        _bench.Out(2, "a");
        _bench.ToKernel();
        _bench.Answer(1, status: -108);
        _bench.Answer(2, status: -19);
        Assert.Equal("1:-108, 2:-19", _bench.ToHost());
    }

    [Fact]
    public void An_isochronous_transfer_is_refused_with_all_that_belongs_to_it()
    {
        var submit = new CmdSubmit
        {
            Seqnum = 1, DevId = 0, Direction = UrbDirection.Out, Ep = 1, TransferBufferLength = 8, NumberOfPackets = 2,
        };
        _bench.Relay.FromHost(UrbWords.Submit(submit, new byte[8 + (2 * 16)]));
        _bench.Relay.FromHost(UrbWords.Submit(submit with { Seqnum = 2, Direction = UrbDirection.In }, new byte[2 * 16]));
        Assert.Equal("1:-22, 2:-22", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
        Assert.Equal(2, _bench.Relay.Counters.Refused);
    }

    [Fact]
    public void An_unlink_that_comes_in_time_ends_its_urb()
    {
        _bench.Out(1, "a");
        _bench.In(2);
        _bench.Unlink(3, 1);
        _bench.Unlink(4, 2);
        Assert.Equal("out1 a, in2, unlink3(1), unlink4(2)", _bench.ToKernel());
        _bench.Unlinked(3, -104);
        _bench.Unlinked(4, -104);
        Assert.Equal("u3:-104, u4:-104", _bench.ToHost());
        Assert.Equal(0, _bench.Relay.UrbCount);
    }

    [Fact]
    public void An_unlink_that_comes_late_is_answered_behind_the_answer()
    {
        _bench.Out(1, "a");
        _bench.Unlink(3, 1);
        _bench.ToKernel();
        _bench.Answer(1, actualLength: 1);
        _bench.Unlinked(3, 0);
        Assert.Equal("1:0+1, u3:0", _bench.ToHost());
        Assert.Equal(0, _bench.Relay.UrbCount);
    }

    [Fact]
    public void An_answer_may_follow_the_word_that_it_was_given_back()
    {
        _bench.In(1);
        _bench.Unlink(3, 1);
        _bench.ToKernel();
        _bench.Unlinked(3, 0);
        Assert.Equal("u3:0", _bench.ToHost());
        // Only the table knows that these are data.
        _bench.Answer(1, "late");
        Assert.Equal("1:0+4 late", _bench.ToHost());
        Assert.Equal(0, _bench.Relay.UrbCount);
    }

    [Fact]
    public void Answers_that_may_follow_and_never_do_are_not_waited_for_for_ever()
    {
        for (uint seqnum = 1; seqnum <= 1000; seqnum += 2)
        {
            _bench.In(seqnum);
            _bench.Unlink(seqnum + 1, seqnum);
            _bench.ToKernel();
            _bench.Unlinked(seqnum + 1, 0);
            _bench.ToHost();
        }
        Assert.Equal(64, _bench.Relay.UrbCount);
    }

    [Fact]
    public void An_unlink_of_what_is_not_under_way_is_answered_as_the_kernel_would()
    {
        _bench.In(1);
        _bench.ToKernel();
        _bench.Answer(1, "x");
        _bench.Unlink(2, 1);
        _bench.Unlink(3, 77);
        Assert.Equal("1:0+1 x, u2:0, u3:0", _bench.ToHost());
        Assert.Equal("", _bench.ToKernel());
    }

    [Fact]
    public void In_a_steady_state_nothing_is_allocated()
    {
        var relay = new ExportRelay(new ExportRelayOptions());
        var buffer = new byte[4096];
        byte[][] commands = [UrbWords.In(1), UrbWords.Out(2, new string('x', 32)), UrbWords.Out(3, "y"), UrbWords.Unlink(4, 3)];
        byte[][] answers =
        [
            UrbWords.RetSubmit(1, 0, 64, new string('z', 64)), UrbWords.RetSubmit(2, 0, 32), UrbWords.RetUnlink(4, -104),
        ];
        byte[][] ahead = [.. Enumerable.Range(0, 0x10000).Select(n => UrbWords.RetSubmit(0xFFFF_0000 + (uint)n, 0, 4, "data"))];
        int clone = 0;
        int rounds = 0;
        for (int i = 0; i < 100; i++) Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10_100, rounds);
        Assert.Equal(20_200, relay.Counters.Clones);
        Assert.Equal(2 * 4 * 10_100, relay.Counters.BytesReadAhead);
        Assert.Equal(0, relay.BytesAhead);

        // One round: two INs, one of which is answered by the kernel and one by what was read ahead.
        void Pass()
        {
            foreach (byte[] command in commands) relay.FromHost(command);
            Drain();
            relay.Hold();
            foreach (byte[] answer in answers) relay.FromKernel(answer);
            Drain();
            relay.FromKernel(ahead[clone++ & 0xFFFF]);
            Drain();
            relay.Resume();
            relay.FromHost(commands[0]);
            relay.FromHost(commands[1]);
            Drain();
            relay.FromKernel(answers[1]);
            // The other clone ends with a word that nobody waits for, and the host's next IN has it.
            relay.FromKernel(ahead[clone++ & 0xFFFF]);
            relay.FromHost(commands[0]);
            Drain();
            rounds++;
        }

        void Drain()
        {
            while (relay.ToKernel.Read(buffer) > 0)
            {
            }
            while (relay.ReadAnswer(buffer) > 0)
            {
            }
        }
    }
}
