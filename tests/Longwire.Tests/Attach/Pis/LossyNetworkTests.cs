using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.State;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Pis;

/// <summary>
/// A Pi of whose answers some are lost, asked by the watch over it on real connections for an hour of a fake clock, and what the reconciler
/// makes of that.
/// </summary>
[Trait("takes", "long")]
public sealed class LossyNetworkTests : IAsyncLifetime
{
    private const string Radio = "0658_0200_ZW0001";
    private const double Share = 0.2;
    private const int Seed = 10;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(8);

    /// <summary>As while a radio is missing, and told apart from the client's deadlines by a millisecond.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(2001);
    private static readonly TimeSpan[] s_deadlines = [ClientTimers.Connect, ClientTimers.ListReply, ClientTimers.Notice];

    private readonly SteppedClock _clock = new();
    private readonly Channel<AttachEvent> _answers = Channel.CreateBounded<AttachEvent>(10);
    private readonly AttachBench _bench = new();
    private readonly FakeUsbipd _pi;
    private readonly PiWatch _watch;
    private readonly Random _random = new(Seed);
    private readonly SemaphoreSlim _silent = new(0);
    private volatile Fate _fate = Fate.Answered;
    private double _lost;
    private bool _someBySilence;
    private int _lostSoFar;
    private TimeSpan _wait;
    private Task _watching = Task.CompletedTask;

    public LossyNetworkTests()
    {
        _pi = FakeUsbipd.Start(AnswerAsync);
        _watch = new PiWatch(Pi("attic") with { EndPoint = _pi.EndPoint }, _answers.Writer, _clock, NullLogger.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        _bench.Load(Wishes([Pi("attic")]));
        _watch.AskEvery(s_interval);
        _watching = _watch.RunAsync();
        await PassAsync();
        await _bench.SettledAsync();
        Assert.True(Snapshot.Pis[0].Reachable);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Stop();
        await _watching;
        _watch.Dispose();
        await _pi.DisposeAsync();
        await _bench.DisposeAsync();
        _silent.Dispose();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Every_fifth_answer_lost_for_an_hour_is_no_Pi_that_is_away(bool radioIsUp, bool someBySilence)
    {
        if (radioIsUp) await BringUpAsync();
        _someBySilence = someBySilence;
        _lost = Share;
        for (TimeSpan past = TimeSpan.Zero; past < s_hour;)
        {
            past += await PassAsync();
            await AssertThereAsync();
        }
        Assert.InRange(_lostSoFar, 200, int.MaxValue);
        if (radioIsUp) Assert.Equal(RadioStatus.Attached, Assert.Single(Snapshot.Radios).Status);
    }

    [Fact]
    public async Task With_every_answer_lost_a_Pi_is_there_as_long_as_its_radio_s_own_connection_is_heard()
    {
        ScriptedAttachment attachment = await BringUpAsync();
        _lost = 1;
        for (TimeSpan past = TimeSpan.Zero; past < TimeSpan.FromMinutes(10);)
        {
            past += await PassAsync();
            await AssertThereAsync();
        }
        attachment.IsAlive = false;
        TimeSpan silent = TimeSpan.Zero;
        while (Snapshot.Pis[0].Reachable != false)
        {
            silent += await PassAsync();
            await _bench.SettledAsync();
            Assert.InRange(silent, TimeSpan.Zero, s_away + s_interval);
        }
    }

    [Fact]
    public async Task A_Pi_of_which_nothing_is_heard_is_away_after_eight_seconds_and_not_before()
    {
        _lost = 1;
        TimeSpan silent = TimeSpan.Zero;
        while (Snapshot.Pis[0].Reachable != false)
        {
            Assert.InRange(silent, TimeSpan.Zero, s_away + s_interval);
            silent += await PassAsync();
            await _bench.SettledAsync();
        }
        Assert.InRange(silent, s_away, TimeSpan.MaxValue);
        Assert.Contains(Snapshot.Bridge.Problems, problem => problem.StartsWith("attic (192.0.2.1) ", StringComparison.Ordinal));
        _lost = 0;
        await PassAsync();
        await _bench.SettledAsync();
        Assert.True(Snapshot.Pis[0].Reachable);
    }

    private Snapshot Snapshot => _bench.Feed.Current;

    private async Task<ScriptedAttachment> BringUpAsync()
    {
        ScriptedAttachment attachment = await _bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        attachment.IsAlive = true;
        await _bench.UntilStatusAsync(Radio, RadioStatus.Attached);
        return attachment;
    }

    private async Task AssertThereAsync()
    {
        await _bench.SettledAsync();
        Assert.True(Snapshot.Pis[0].Reachable, Snapshot.Pis[0].SilentReason);
        Assert.DoesNotContain(Snapshot.Bridge.Problems, problem => problem.Contains("attic", StringComparison.Ordinal));
        Assert.All(Snapshot.Radios, radio => Assert.NotEqual(RadioStatus.PiUnreachable, radio.Status));
    }

    /// <summary>Lets the watch's waiting time pass, and hands on what comes of the question after it.</summary>
    /// <returns>How long it waited.</returns>
    private async Task<TimeSpan> PassAsync()
    {
        TimeSpan wait = _wait;
        _fate = Draw();
        Advance(wait);
        if (_fate == Fate.LeftSilent)
        {
            // It waits for the list by now: the request is there.
            Assert.True(await _silent.WaitAsync(s_patience, TestContext.Current.CancellationToken));
            Advance(ClientTimers.ListReply);
            wait += ClientTimers.ListReply;
        }
        // It waits again: the question is over. What else starts is a deadline of the client.
        do _wait = await _clock.AnyStartedAsync();
        while (s_deadlines.Contains(_wait));
        while (_answers.Reader.TryRead(out AttachEvent? answer)) _bench.Tell(answer);
        return wait;
    }

    private void Advance(TimeSpan by)
    {
        _bench.Time.Advance(by);
        _clock.Advance(by);
    }

    private Fate Draw()
    {
        if (_random.NextDouble() >= _lost) return Fate.Answered;
        _lostSoFar++;
        return _someBySilence && _random.Next(2) == 0 ? Fate.LeftSilent : Fate.Reset;
    }

    private async Task AnswerAsync(FakeClient client)
    {
        switch (_fate)
        {
            case Fate.Reset:
                client.Reset();
                return;
            case Fate.LeftSilent:
                await client.ReceiveListRequestAsync();
                _silent.Release();
                await client.StaySilentAsync();
                return;
            default:
                await client.ReceiveListRequestAsync();
                await client.SendAsync(DeviceListReply.Encode([]));
                return;
        }
    }

    /// <summary>What becomes of a question.</summary>
    private enum Fate
    {
        Answered,
        Reset,

        /// <summary>The connection is taken, and nothing follows.</summary>
        LeftSilent,
    }
}
