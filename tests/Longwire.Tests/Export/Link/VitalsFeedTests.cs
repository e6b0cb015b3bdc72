using System.Collections.Concurrent;
using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Link.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Link;

/// <summary>When a machine is looked at, and when a host is told.</summary>
public sealed class VitalsFeedTests : IAsyncDisposable
{
    private static readonly Vitals s_well = new()
    {
        Temperature = 48, UnderVoltage = false, Load = 0.4, Uptime = TimeSpan.FromHours(5), WifiSignal = -56,
    };

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly VitalsFeed _feed;
    private readonly Task _running;
    private readonly ConcurrentQueue<DateTimeOffset> _lookedAt = new();
    private Vitals _now = s_well;
    private int _looks;

    public VitalsFeedTests()
    {
        _feed = new VitalsFeed(Read, _time);
        _running = _feed.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [Fact]
    public async Task Nobody_looks_while_nobody_listens()
    {
        for (int i = 0; i < 10; i++) _time.Advance(ExportTimers.Vitals);
        _feed.LookNow();
        await PassAsync(5);
        Assert.Equal((0, null), (Volatile.Read(ref _looks), _feed.Current));
        using (_feed.Listen()) await LookedAsync();
        int looks = Volatile.Read(ref _looks);
        Assert.Null(_feed.Current);
        await PassAsync(100);
        Assert.InRange(Volatile.Read(ref _looks), looks, looks + 1);
    }

    [Fact]
    public async Task It_is_looked_at_every_30_s_and_told_when_somebody_may_care()
    {
        using IDisposable listening = _feed.Listen();
        await LookedAsync();
        VitalsReading told = _feed.Current!;
        Task changed = _feed.WhenChangedAsync();
        foreach (Vitals same in (Vitals[])
            [
                s_well with { Temperature = 48.9 }, s_well with { Temperature = 47.1 }, s_well with { Load = 0.89 },
                s_well with { WifiSignal = -58 }, s_well with { Uptime = TimeSpan.FromDays(5) },
            ])
        {
            Volatile.Write(ref _now, same);
            await LookedAsync();
            Assert.Same(told, _feed.Current);
        }
        Assert.False(changed.IsCompleted);
        Volatile.Write(ref _now, s_well with { Temperature = 49 });
        await LookedAsync();
        await changed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(49, _feed.Current!.Vitals.Temperature);
        DateTimeOffset[] looks = [.. _lookedAt];
        Assert.All(looks.Zip(looks.Skip(1)), pair => Assert.True(pair.Second - pair.First >= ExportTimers.Vitals, $"{pair}"));
    }

    public static TheoryData<string> Others =>
        ["warmer", "busier", "weaker", "power", "no Wi-Fi", "no sensor", "no load", "no temperature"];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Whatever_is_worth_it_is_told(string what)
    {
        using IDisposable listening = _feed.Listen();
        await LookedAsync();
        Task changed = _feed.WhenChangedAsync();
        Volatile.Write(ref _now, what switch
        {
            "warmer" => s_well with { Temperature = 49 },
            "busier" => s_well with { Load = 0.9 },
            "weaker" => s_well with { WifiSignal = -59 },
            "power" => s_well with { UnderVoltage = true },
            "no Wi-Fi" => s_well with { WifiSignal = null },
            "no sensor" => s_well with { UnderVoltage = null },
            "no load" => s_well with { Load = null },
            _ => s_well with { Temperature = null },
        });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!changed.IsCompleted)
        {
            Assert.False(deadline.IsCancellationRequested, "it is not told");
            await PassAsync(5);
        }
        Assert.Equal(_now, _feed.Current!.Vitals);
    }

    [Fact]
    public async Task News_of_the_power_is_looked_at_at_once_and_a_flood_of_it_once_a_second()
    {
        using IDisposable listening = _feed.Listen();
        await LookedAsync();
        await PassAsync(2);
        int before = Volatile.Read(ref _looks);
        for (int i = 0; i < 50; i++)
        {
            _feed.LookNow();
            await PassAsync(0.1);
        }
        // 5 s of it.
        Assert.InRange(Volatile.Read(ref _looks) - before, 2, 6);
    }

    [Fact]
    public async Task What_is_told_for_one_value_tells_the_others_as_they_were()
    {
        using IDisposable listening = _feed.Listen();
        await LookedAsync();
        Volatile.Write(ref _now, s_well with { Temperature = 48.5, Load = 0.95, WifiSignal = -57 });
        await LookedAsync();
        Assert.Equal(s_well with { Load = 0.95 }, _feed.Current!.Vitals);
        // Looked at before its time, it is for the power alone.
        Volatile.Write(ref _now, s_well with { Temperature = 70, Load = 3, UnderVoltage = true });
        _feed.LookNow();
        await PassAsync(1.5);
        await PassAsync(1.5);
        Assert.Equal(s_well with { Load = 0.95, UnderVoltage = true }, _feed.Current!.Vitals);
    }

    [Fact]
    public async Task How_long_it_runs_is_true_when_it_is_told_and_each_host_is_told_once()
    {
        using IDisposable listening = _feed.Listen();
        await LookedAsync();
        TimeSpan since = _feed.AgeOf(_feed.Current!);
        _time.Advance(TimeSpan.FromMinutes(10));
        var late = new HostVitals(_feed);
        ReadOnlyMemory<byte> body = late.Current;
        Assert.Equal(
            Math.Round((TimeSpan.FromHours(5) + TimeSpan.FromMinutes(10) + since).TotalSeconds),
            Vitals.Parse(body.Span).Uptime!.Value.TotalSeconds);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(body.Equals(late.Current));
    }

    private Vitals Read()
    {
        _lookedAt.Enqueue(_time.GetUtcNow());
        Interlocked.Increment(ref _looks);
        return Volatile.Read(ref _now);
    }

    // The next look is over: one more has begun, or it waits again for as long as it does.
    private async Task LookedAsync()
    {
        int before = Volatile.Read(ref _looks);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Volatile.Read(ref _looks) == before || _feed.Current is null)
        {
            Assert.False(deadline.IsCancellationRequested, "nobody looks");
            await PassAsync(5);
        }
        await PassAsync(0);
    }

    private async Task PassAsync(double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        // What woke up runs.
        for (int i = 0; i < 5; i++) await Task.Delay(1, TestContext.Current.CancellationToken);
    }
}
