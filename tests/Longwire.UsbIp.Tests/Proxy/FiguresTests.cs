using Longwire.UsbIp.Proxy;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>What the proxy counts, and how long the far side takes.</summary>
public sealed class FiguresTests
{
    private readonly ProxyBench _bench = new();

    [Fact]
    public void Submits_completions_unlinks_and_the_radios_bytes_are_counted()
    {
        _bench.In(1);
        _bench.Out(2, "abc");
        _bench.Control(3, ProxyBench.GetStatus);
        _bench.In(4);
        _bench.Unlink(5, 4);
        _bench.ToFar();
        _bench.Answer(1, data: "hello");
        _bench.Answer(2, actualLength: 3);
        _bench.Answer(3, data: "xy");
        // Nobody reads it: it is counted as swallowed alone.
        _bench.Answer(4, data: "lost");
        UrbProxyCounters counters = _bench.Proxy.Counters;
        Assert.Equal((4, 3, 1), (counters.Submits, counters.Completions, counters.Unlinks));
        Assert.Equal((5, 3, 4), (counters.InBytes, counters.OutBytes, counters.InBytesSwallowed));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(-104, 0, 0, 0, 0)]
    [InlineData(-2, 0, 0, 0, 0)]
    [InlineData(-32, 1, 0, 0, 0)]
    [InlineData(-71, 0, 1, 0, 0)]
    [InlineData(-84, 0, 1, 0, 0)]
    [InlineData(-62, 0, 1, 0, 0)]
    [InlineData(-110, 0, 1, 0, 0)]
    [InlineData(-75, 0, 1, 0, 0)]
    [InlineData(-108, 0, 0, 1, 0)]
    [InlineData(-19, 0, 0, 1, 0)]
    [InlineData(-12, 0, 0, 0, 1)]
    [InlineData(-121, 0, 0, 0, 1)]
    public void Errors_are_counted_by_kind(int status, int stalls, int bus, int gone, int other)
    {
        _bench.In(1);
        _bench.ToFar();
        _bench.Answer(1, status);
        UrbProxyCounters counters = _bench.Proxy.Counters;
        Assert.Equal((stalls, bus, gone, other), (counters.Stalls, counters.BusErrors, counters.GoneErrors, counters.OtherErrors));
    }

    [Fact]
    public void An_OUT_and_a_control_transfer_are_timed_from_submit_to_answer_and_an_IN_is_not()
    {
        _bench.In(1);
        _bench.Out(2, "a");
        Pass(10);
        _bench.Control(3, ProxyBench.GetStatus);
        _bench.ToFar();
        Pass(20);
        _bench.Answer(2, actualLength: 1);
        _bench.Answer(3, status: -32);
        Pass(500);
        _bench.Answer(1, data: "x");
        AnswerTimes times = _bench.Proxy.ReadAnswerTimes(_bench.Now);
        Assert.Equal(new AnswerTimes(2, Milliseconds(50), Milliseconds(30)), times);
        Assert.Equal(Milliseconds(25), times.Mean);
    }

    [Fact]
    public void What_was_answered_here_or_was_asked_by_us_is_not_timed()
    {
        _bench.Proxy.AskAhead(ProxyBench.GetStatus);
        _bench.Out(1, "a");
        _bench.ToFar();
        Pass(10);
        _bench.Hold();
        _bench.Out(2, "b");
        Pass(4000);
        _bench.Proxy.Resume(_bench.Now);
        _bench.ToFar();
        _bench.Answer(0xFFFF_0000, data: "xy");
        _bench.Answer(1, actualLength: 1);
        _bench.Answer(2, actualLength: 1);
        Assert.Equal("1:0+1, 2:0+1", _bench.ToHost());
        Assert.Equal(default, _bench.Proxy.ReadAnswerTimes(_bench.Now));
        Assert.Null(_bench.Proxy.ReadAnswerTimes(_bench.Now).Mean);
        Assert.Equal((2, 0), (_bench.Proxy.Counters.OutBytes, _bench.Proxy.Counters.Completions));
    }

    [Fact]
    public void A_slow_answer_is_read_for_one_window_at_least_and_for_two_at_most_however_often_it_is_read()
    {
        // The windows begin at whole half minutes of the clock.
        Pass(29_000);
        Take(1, 700);
        Take(2, 100);
        Assert.Equal((2, Milliseconds(700)), Read());
        Pass(5000);
        Take(3, 200);
        Assert.Equal((3, Milliseconds(700)), Read());
        Pass(24_000);
        Assert.Equal((3, Milliseconds(700)), Read());
        Pass(1000);
        Assert.Equal((1, Milliseconds(200)), Read());
        Pass(30_000);
        Assert.Equal((0, TimeSpan.Zero), Read());
        Take(4, 50);
        Pass(3_600_000);
        Assert.Equal((0, TimeSpan.Zero), Read());

        (long Count, TimeSpan Slowest) Read()
        {
            AnswerTimes times = _bench.Proxy.ReadAnswerTimes(_bench.Now);
            Assert.Equal(times, _bench.Proxy.ReadAnswerTimes(_bench.Now));
            return (times.Count, times.Slowest);
        }
    }

    private void Take(uint seqnum, int milliseconds)
    {
        _bench.Out(seqnum, "a");
        _bench.ToFar();
        Pass(milliseconds);
        _bench.Answer(seqnum, actualLength: 1);
    }

    private void Pass(int milliseconds) => _bench.Now += Milliseconds(milliseconds);

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
