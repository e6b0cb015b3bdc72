using System.Net.Sockets;
using Longwire.Attach;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A stick that is pulled from a paired Pi, with the network there and away: what the radio's carrier makes of it.</summary>
public sealed class PulledStickTests : IAsyncLifetime
{
    private PairedHost _host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await PairedHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Pulled_in_an_outage_it_stays_for_a_moment_after_the_return_and_ends_as_unplugged()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromSeconds(1));
        using Socket kernel = KernelEnd.Take(carrier, static () => { });
        carrier.MayHold();
        await _host.PullInOutageAsync(carrier);
        _host.Cable.Mend();
        await PairedHost.UntilAsync(() => carrier.ReadHold() is { IsOver: true });
        CarrierHold over = carrier.ReadHold()!;
        Assert.Contains("was unplugged, or away", over.Reason, StringComparison.Ordinal);
        Assert.Null(carrier.ReadEnd());
        await PairedHost.UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.InRange(TimeProvider.System.GetElapsedTime(over.Since), TimeSpan.FromSeconds(0.9), PairedHost.Deadline);
        // That it was silent once is not why: it has answered, and would be taken for away.
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, "the stick was unplugged"), carrier.ReadEnd());
    }

    [Fact]
    public async Task The_list_of_the_Pi_comes_before_the_verdict_on_the_session()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromMinutes(1));
        using Socket kernel = KernelEnd.Take(carrier, () =>
        {
            if (carrier.ReadHold() is { IsOver: true })
                _host.Events.TryWrite(new AttachEvent.ProblemsChanged("the verdict", null));
        });
        carrier.MayHold();
        await _host.PullInOutageAsync(carrier);
        _host.ForgetEvents();
        _host.Cable.Mend();
        AttachEvent.PiAnswered list = Assert.IsType<AttachEvent.PiAnswered>(await _host.NextAsync());
        Assert.Empty(list.List.Devices);
        AttachEvent next = await _host.NextAsync();
        while (next is AttachEvent.PiAnswered) next = await _host.NextAsync();
        Assert.IsType<AttachEvent.ProblemsChanged>(next);
    }

    [Fact]
    public async Task Whoever_shuts_it_down_meanwhile_does_not_wait()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromHours(1));
        using Socket kernel = KernelEnd.Take(carrier, static () => { });
        carrier.MayHold();
        await _host.PullInOutageAsync(carrier);
        _host.Cable.Mend();
        await PairedHost.UntilAsync(() => carrier.ReadHold() is { IsOver: true });
        carrier.Shutdown();
        await PairedHost.UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Contains("was unplugged, or away", carrier.ReadEnd()!.Reason, StringComparison.Ordinal);
        // And its kernel is told.
        await PairedHost.UntilEndedAsync(kernel);
    }

    [Fact]
    public async Task Without_replug_seconds_it_ends_at_the_return()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.Zero);
        using Socket kernel = KernelEnd.Take(carrier, static () => { });
        carrier.MayHold();
        await _host.PullInOutageAsync(carrier);
        _host.Cable.Mend();
        await PairedHost.UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, "the stick was unplugged"), carrier.ReadEnd());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Pulled_while_the_link_stands_it_is_waited_for_as_long_as_the_options_say(int replugSeconds)
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromSeconds(replugSeconds));
        CarrierHold? over = null;
        using Socket kernel = KernelEnd.Take(carrier, () => over ??= carrier.ReadHold());
        carrier.MayHold();
        await _host.Pi.PullAsync();
        await PairedHost.UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, "the stick was unplugged"), carrier.ReadEnd());
        Assert.True(over is { IsOver: true });
        Assert.InRange(
            TimeProvider.System.GetElapsedTime(over.Since), TimeSpan.FromSeconds(0.9 * replugSeconds), PairedHost.Deadline);
        await _host.UntilListedAsync(isThere: false);
    }
}
