using System.Collections.Concurrent;
using Longwire.Composition;
using Longwire.HomeAssistant;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>How often a broker is looked for that nobody names yet.</summary>
public sealed class NoBrokerTests
{
    [Fact]
    public async Task One_that_comes_up_with_the_machine_is_found_in_seconds_and_one_that_is_installed_some_day_is_asked_for_seldom()
    {
        var time = new CountedTime();
        var source = new ScriptedSource();
        var feed = new StateFeed();
        feed.Publish(Some.Snapshot(Some.Radio), []);
        string data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        var log = new RecordingLogger<HomeAssistantService>();
        using var service = HomeAssistantComposition.Service(
            new MqttSettings(new MqttOptions(), "longwire"), source, feed, new CommandRecorder(), new ControlRecorder(),
            new ProblemRecorder(), "1.2.3", data, time, new Random(1), log);
        await service.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.FromSeconds(2), await time.NextDelayAsync());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), await time.NextDelayAsync());
        time.Advance(BrokerTimers.BrokerComesWithin);
        Assert.Equal(TimeSpan.FromSeconds(30), await time.NextDelayAsync());

        // It was there, and goes: likely to come back, as after an update of its app.
        source.Broker = new BrokerAddress("127.0.0.1", 1);
        log.Expect("nothing listens");
        time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.IsTrueAsync(
            () => source.Asked >= 4 && log.Lines.Any(line => line.Contains("nothing listens", StringComparison.Ordinal)),
            () => string.Join('\n', log.Lines));
        source.Broker = null;
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(BrokerTimers.LongestPause);
                return time.Delays.LastOrDefault() == BrokerTimers.AskForBrokerSoon;
            },
            () => string.Join(", ", time.Delays));

        await service.StopAsync(TestContext.Current.CancellationToken);
        log.AssertNothingUnexpected();
        Directory.Delete(data, recursive: true);
    }

    private sealed class ScriptedSource : IBrokerSource
    {
        private BrokerAddress? _broker;
        private int _asked;

        public BrokerAddress? Broker
        {
            set => Volatile.Write(ref _broker, value);
        }

        public int Asked => Volatile.Read(ref _asked);

        public string WhyNone => "There is none.";

        public ValueTask<BrokerAddress?> FindAsync(MqttOptions options, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return ValueTask.FromResult(Volatile.Read(ref _broker));
        }
    }

    /// <summary>Knows for how long everybody waits.</summary>
    private sealed class CountedTime : FakeTimeProvider
    {
        private readonly ConcurrentQueue<TimeSpan> _delays = new();
        private int _taken;

        public IReadOnlyCollection<TimeSpan> Delays => _delays;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            // One that is not wound up is nobody's wait.
            if (dueTime != Timeout.InfiniteTimeSpan) _delays.Enqueue(dueTime);
            return timer;
        }

        public async Task<TimeSpan> NextDelayAsync()
        {
            int next = _taken++;
            await Eventually.IsTrueAsync(() => _delays.Count > next, () => "somebody to wait");
            return _delays.ElementAt(next);
        }
    }
}
