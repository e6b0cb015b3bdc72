using System.Net.Sockets;
using Longwire.Export;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>A stick that usbip-host can serve to nobody until it is bound again, and is so again after that.</summary>
public sealed class ErrorStateTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    [Fact]
    public async Task A_stick_that_fails_after_every_reset_is_told_as_the_sticks_error_and_is_not_reset_by_who_asks_for_it()
    {
        await OfferAsync();
        await FailAsync();
        await _bench.UntilAsync(() => Recoveries == 1, "the first recovery, at once");
        await _bench.UntilOfferedAsync();
        await FailAsync();
        await _bench.UntilReasonAsync(NoticeReason.ErrorState);
        for (int i = 0; i < 20; i++)
        {
            (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
            connection.Dispose();
            Assert.Equal(UsbIpStatus.DeviceError, status);
        }
        Assert.Equal(1, Recoveries);
        Assert.Contains(
            "unplug it and plug it in again",
            Assert.Single(_bench.Log.Lines, line => line.Contains("cannot be offered", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        await _bench.UntilOfferedAsync();
        Assert.Equal(2, Recoveries);
    }

    [Fact]
    public async Task However_often_hosts_ask_the_resets_of_a_stick_that_stays_sick_become_rare()
    {
        await OfferAsync();
        for (int second = 0; second < 300; second++)
        {
            (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
            connection.Dispose();
            if (status == UsbIpStatus.Ok) await FailAsync();
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        // Pauses of at least 0.5, 1, 2, 4, 8, 16, 30, 30, … seconds.
        Assert.InRange(Recoveries, 2, 17);
    }

    [Fact]
    public async Task A_stick_that_is_in_error_state_when_it_is_asked_for_is_recovered_before_the_answer()
    {
        await OfferAsync();
        _bench.Kernel.SetStatus("1-1", 3);
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
        Assert.Equal(1, Recoveries);
    }

    [Fact]
    public async Task A_stick_that_was_well_for_a_while_is_recovered_at_once_the_next_time()
    {
        await OfferAsync();
        for (int time = 1; time <= 3; time++)
        {
            await FailAsync();
            await _bench.UntilAsync(() => Recoveries == time, "it to be recovered");
            await _bench.UntilOfferedAsync();
            _bench.Time.Advance(ExportTimers.RecoveryLasts);
        }
        Assert.False(_bench.Said("cannot be offered"));
    }

    [Fact]
    public async Task A_replug_begins_afresh()
    {
        await OfferAsync();
        await FailAsync();
        await _bench.UntilAsync(() => Recoveries == 1, "it to be recovered");
        await _bench.UntilOfferedAsync();
        _bench.Sysfs.Pull("1-1");
        await _bench.PlugAsync();
        await _bench.UntilSaidAsync("plugged in at its place");
        await _bench.UntilOfferedAsync();
        await FailAsync();
        await _bench.UntilAsync(() => Recoveries == 2, "it to be recovered");
        await _bench.UntilOfferedAsync();
        Assert.False(_bench.Said("cannot be offered"));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private int Recoveries => _bench.Kernel.Lines.Count(line => line == "usbip-host/unbind 1-1");

    private async Task OfferAsync()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
    }

    private async Task FailAsync()
    {
        _bench.Kernel.SetStatus("1-1", 3);
        await _bench.NewsAsync();
    }
}
