using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Pis;

/// <summary>When a question without an answer is a Pi that is away. The connections are real, the clock is the test's.</summary>
public sealed class PiWatchDoubtTests : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeUsbipd _usbipd;
    private readonly PiWatch _watch;
    private Task _running = Task.CompletedTask;
    private int _asked;
    private volatile Func<int, bool> _answers = _ => true;

    public PiWatchDoubtTests()
    {
        _usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            if (_answers(Interlocked.Increment(ref _asked))) await client.SendAsync(DeviceListReply.Encode([]));
            else client.Reset();
        });
        _watch = new PiWatch(AttachBench.Pi("attic") with { EndPoint = _usbipd.EndPoint }, _events.Writer, _time, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Stop();
        await _running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        _watch.Dispose();
        await _usbipd.DisposeAsync();
    }

    [Fact]
    public async Task One_question_without_an_answer_is_asked_again_and_told_to_nobody()
    {
        _running = _watch.RunAsync();
        Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
        _answers = asked => asked != 2;
        _watch.AskNow();
        Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
        Assert.Equal(3, Volatile.Read(ref _asked));
    }

    [Fact]
    public async Task Nothing_heard_for_eight_seconds_is_a_Pi_that_is_away()
    {
        _running = _watch.RunAsync();
        Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
        _answers = _ => false;
        long since = _time.GetTimestamp();
        _watch.AskNow();
        Assert.False(Assert.IsType<AttachEvent.PiSilent>(await NextAsync()).Accepted);
        Assert.InRange(_time.GetElapsedTime(since), AttachTimers.PiAway, AttachTimers.PiAway + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Once_it_is_away_each_question_without_an_answer_says_so_and_one_answer_ends_it()
    {
        _answers = _ => false;
        _running = _watch.RunAsync();
        Assert.IsType<AttachEvent.PiSilent>(await NextAsync());
        _watch.AskNow();
        Assert.IsType<AttachEvent.PiSilent>(await NextAsync());
        _answers = _ => true;
        _watch.AskNow();
        Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
        _answers = asked => asked % 2 == 0;
        _watch.AskNow();
        Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
    }

    [Fact]
    public async Task A_Pi_that_is_not_there_at_the_start_is_known_to_be_away_before_the_first_verdict()
    {
        _answers = _ => false;
        long since = _time.GetTimestamp();
        _running = _watch.RunAsync();
        Assert.IsType<AttachEvent.PiSilent>(await NextAsync());
        Assert.InRange(_time.GetElapsedTime(since), AttachTimers.PiAwayAtStart, AttachTimers.FirstVerdict);
        Assert.InRange(Volatile.Read(ref _asked), 3, int.MaxValue);
    }

    private async Task<AttachEvent> NextAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        AttachEvent? next;
        while (!_events.Reader.TryRead(out next))
        {
            deadline.Token.ThrowIfCancellationRequested();
            int asked = Volatile.Read(ref _asked);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            // The connection is real: it has a moment before the clock goes on.
            for (int wait = 0; wait < 10 && Volatile.Read(ref _asked) == asked; wait++)
                await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        return next;
    }
}
