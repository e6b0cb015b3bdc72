using Longwire.Composition;
using Longwire.Platform;
using Longwire.State;
using Longwire.Tests.Commands;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

public sealed class AttachHealthTests : IDisposable
{
    private static readonly RadioSnapshot s_away = Some.Radio with { Status = RadioStatus.PiUnreachable };

    private readonly TestRun _run = new();
    private readonly StateFeed _feed = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<AttachHealth> _log = new();
    private readonly AttachHealth _health;

    public AttachHealthTests() =>
        _health = new AttachHealth(_feed, new HealthFile(_run.HealthFilePath), SysfsRoot.Below(_run.Folder), _time, _log);

    public void Dispose()
    {
        _health.Dispose();
        _run.Dispose();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task At_the_boot_of_the_host_it_turns_healthy_when_every_wanted_radio_is_attached()
    {
        await StartAsync(uptime: "42.10 80.00");
        await IsAsync(false);
        Publish(s_away, Some.Radio with { Id = "other" });
        await IsAsync(false);
        Publish(Some.Radio, Some.Radio with { Id = "other", Wanted = false, Status = RadioStatus.Detached });
        await _health.ExecuteTask!;
        await IsAsync(true);
    }

    [Fact]
    public async Task A_radio_that_stays_away_holds_the_boot_for_45_seconds_and_no_longer()
    {
        await StartAsync(uptime: "42.10 80.00");
        Publish(s_away);
        _time.Advance(TimeSpan.FromSeconds(44.9));
        await IsAsync(false);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await _health.ExecuteTask!;
        await IsAsync(true);
        Publish(s_away);
        await IsAsync(true);
    }

    [Fact]
    public async Task Before_the_first_snapshot_nobody_knows_that_no_radio_is_missing()
    {
        await StartAsync(uptime: "42.10 80.00");
        await IsAsync(false);
        Assert.False(_health.ExecuteTask!.IsCompleted);
        Publish();
        await _health.ExecuteTask!;
        await IsAsync(true);
    }

    [Theory]
    [InlineData("600.00 80.00")]
    [InlineData("350735.47 234388.90")]
    [InlineData(null)]
    public async Task On_a_host_that_runs_already_nobody_waits(string? uptime)
    {
        await StartAsync(uptime);
        await _health.ExecuteTask!;
        await IsAsync(true);
    }

    [Fact]
    public async Task What_has_stopped_is_not_healthy()
    {
        await StartAsync(uptime: null);
        await _health.ExecuteTask!;
        await IsAsync(true);
        await _health.StopAsync(TestContext.Current.CancellationToken);
        await IsAsync(false);
    }

    [Fact]
    public async Task The_file_of_a_former_life_does_not_make_this_one_healthy()
    {
        Assert.Null(new HealthFile(_run.HealthFilePath).Make());
        await StartAsync(uptime: "42.10 80.00");
        await IsAsync(false);
        await _health.StopAsync(TestContext.Current.CancellationToken);
        await IsAsync(false);
    }

    private async Task StartAsync(string? uptime)
    {
        Directory.CreateDirectory(Path.Combine(_run.Folder, "proc"));
        if (uptime is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_run.Folder, "proc/uptime"), uptime + "\n", TestContext.Current.CancellationToken);
        }
        await _health.StartAsync(TestContext.Current.CancellationToken);
    }

    private void Publish(params RadioSnapshot[] radios) => _feed.Publish(Some.Snapshot(radios), []);

    private async Task IsAsync(bool healthy) => Assert.Equal(healthy ? ExitCode.Done : ExitCode.Failed, await _run.RunAsync("healthy"));
}
