using Longwire.DependentApps;
using Longwire.State;
using Longwire.Testing.Supervisor;
using Longwire.Tests.Attach;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.Supervisor;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>What survives: our own restart, a boot of the host, a power cut.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void Our_own_update_costs_each_app_that_ran_one_restart()
    {
        StandInApp app = _house.OneApp();
        _house.Stop();
        app.State = "error";
        _house.Elapse(40);
        _house.Start();
        Assert.Equal(0, app.Restarts);
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void That_we_let_a_radio_go_at_our_stop_is_no_loss_even_if_it_is_seen()
    {
        _house.OneApp();
        _house.Elapse(40);
        _house.LetGo("r");
        _house.Elapse(5);
        Assert.DoesNotContain(_house.Logger.Lines, line => line.Contains("lost", StringComparison.Ordinal));
        _house.Stop();
    }

    [Fact]
    public void Our_own_update_in_the_middle_of_a_loss_forgets_nothing()
    {
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        app.State = "error";
        _house.Elapse(20);
        _house.Stop();
        _house.Elapse(40);
        _house.Start();
        _house.Elapse(300);
        Assert.Equal(0, app.Restarts);

        _house.Attach("r");
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void What_a_person_had_stopped_is_left_alone_after_our_own_update()
    {
        StandInApp app = _house.OneApp();
        app.State = "stopped";
        _house.Elapse(31);
        _house.Stop();
        _house.Start();
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal(0, app.Restarts);
    }

    [Fact]
    public void After_a_power_cut_of_everything_the_app_is_started_when_the_Pi_is_there_three_minutes_later()
    {
        bool device = true;
        StandInApp app = _house.OneApp();
        app.CanStart = () => device;

        device = false;
        _house.BootHost();
        _house.Start();
        _house.Elapse(50);
        _house.FinishBoot();
        Assert.Equal("error", app.State);
        _house.Elapse(130);
        Assert.Equal(0, app.Restarts);

        device = true;
        _house.Attach("r");
        _house.Elapse(600);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_started_without_its_radio_after_a_power_cut_is_restarted_with_it()
    {
        StandInApp app = _house.OneApp();
        _house.BootHost();
        _house.Start();
        _house.Elapse(50);
        _house.FinishBoot();
        _house.Elapse(130);

        _house.Attach("r");
        _house.Elapse(600);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_the_Supervisor_starts_with_its_radio_at_boot_is_left_to_it()
    {
        StandInApp app = _house.OneApp();
        _house.BootHost();
        _house.Start();
        _house.Attach("r");
        _house.Elapse(120);
        _house.FinishBoot();
        _house.Elapse(600);

        Assert.Equal((0, "started"), (app.Restarts, app.State));
        Assert.Contains(_house.Logger.Lines, line => line.Contains("because it runs", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_starts_by_itself_but_did_not_at_boot_is_started_once_even_if_it_did_not_run_before()
    {
        StandInApp app = _house.OneApp();
        app.State = "stopped";
        _house.Elapse(31);
        _house.BootHost();
        _house.Start();
        _house.FinishBoot();
        app.State = "error";
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal((1, "started"), (app.Restarts, app.State));

        app.State = "stopped";
        _house.Elapse(600);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_a_person_starts_by_hand_is_not_started_at_boot()
    {
        StandInApp app = _house.OneApp();
        app.Boot = "manual";
        _house.BootHost();
        _house.Start();
        _house.FinishBoot();
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal((0, "stopped"), (app.Restarts, app.State));
    }

    [Fact]
    public void Our_own_restart_while_the_host_boots_does_not_forget_that_it_boots()
    {
        StandInApp app = _house.OneApp();
        app.State = "stopped";
        _house.Elapse(31);
        _house.BootHost();
        _house.Start();
        _house.Stop();
        _house.Start();
        _house.FinishBoot();
        app.State = "error";
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal(1, app.Restarts);
    }

    [Theory]
    [InlineData("a", 9000, "a", false)]
    [InlineData("b", 9000, "a", true)]
    [InlineData("b", 9000, null, false)]
    [InlineData("b", 60, null, true)]
    [InlineData("", 60, "a", true)]
    public void A_boot_is_known_by_its_id_and_without_one_by_how_short_ago_it_was(string id, int seconds, string? remembered, bool isNew) =>
        Assert.Equal(isNew, new HostBoot(id, TimeSpan.FromSeconds(seconds)).IsNewSince(remembered));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"format":2}""")]
    [InlineData("""{"format":1,"apps":[null]}""")]
    [InlineData("""{"format":1,"apps":[{"slug":"a","radios":[{"id":null}]}]}""")]
    public void A_memory_that_cannot_be_understood_is_a_problem_and_no_end(string content)
    {
        string folder = Directory.CreateTempSubdirectory("longwire-consumers-").FullName;
        var file = new DependentAppsFile(folder);
        File.WriteAllText(file.Path, content);
        Assert.Null(file.Load(out string? problem));
        Assert.Contains(file.Path, problem, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_memory_that_cannot_be_written_is_a_problem_until_it_can()
    {
        string folder = Directory.CreateTempSubdirectory("longwire-consumers-").FullName;
        var file = new DependentAppsFile(Path.Combine(folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(folder, "data"), "in the way", TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        var log = new RecordingLogger<DependentAppsService>();
        log.Expect("cannot be written");
        string? problem = null;
        var store = new DependentAppsStore(file, new DependentAppsMemory(), time, log, sentence => Volatile.Write(ref problem, sentence));
        using var stop = new CancellationTokenSource();
        Task writing = store.RunAsync(stop.Token);
        store.Put(new DependentAppMemory { Slug = "a", Running = true });
        await Eventually.IsTrueAsync(() => Volatile.Read(ref problem) is not null, () => "a problem");

        File.Delete(Path.Combine(folder, "data"));
        await stop.CancelAsync();
        await writing;

        Assert.Null(problem);
        Assert.True(Assert.Single(file.Load(out _)!.Apps).Running);
        log.AssertNothingUnexpected();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Without_a_Supervisor_restart_apps_is_one_problem()
    {
        var feed = new StateFeed();
        var problems = new ProblemRecorder();
        using var service = new NoSupervisorProblem(feed, problems);
        await service.StartAsync(TestContext.Current.CancellationToken);
        feed.Publish(Some.Snapshot(Some.Radio with { RestartApps = ["zwave_js"] }), []);
        await Eventually.IsTrueAsync(() => problems.Last == NoSupervisorProblem.Problem, () => "the problem");
        feed.Publish(Some.Snapshot(Some.Radio), []);
        await Eventually.IsTrueAsync(() => problems.Last is null, () => "no problem");
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_snapshot_says_which_apps_the_options_name_for_a_radio()
    {
        await using var bench = new AttachBench(AttachBench.Known("r", "ZW0001"));
        bench.Load(AttachBench.Wishes([AttachBench.Pi("attic")], AttachBench.Rule("0658:0200") with { RestartApps = ["zwave_js"] }));
        Snapshot snapshot = await bench.UntilAsync(snapshot => snapshot.Radios.Length == 1);
        Assert.Equal(["zwave_js"], snapshot.Radios[0].RestartApps);
    }

    [Fact]
    public async Task The_service_follows_the_snapshots()
    {
        string folder = Directory.CreateTempSubdirectory("longwire-consumers-").FullName;
        await using var supervisor = new StandInSupervisor();
        StandInApp app = supervisor.Add(DependentAppBench.Zwave);
        using var client = InProcess.Client(supervisor, TimeProvider.System);
        var feed = new StateFeed();
        var log = new RecordingLogger<DependentAppsService>();
        using var service = new DependentAppsService(
            feed, client, new ProblemRecorder(), new AppsOfLastRun(folder, new HostBoot("b", TimeSpan.FromDays(1))), TimeProvider.System,
            new Random(1), log);
        RadioSnapshot radio = Some.Radio with { RestartApps = ["zwave_js"], CameUpAt = Some.Radio.Since };
        await service.StartAsync(TestContext.Current.CancellationToken);

        feed.Publish(Some.Snapshot(radio), []);
        await Eventually.IsTrueAsync(
            () => new DependentAppsFile(folder).Load(out _)?.Apps is [{ Running: true, Radios.Length: 1 }], () => "it was seen running");
        feed.Publish(Some.Snapshot(radio with { CameUpAt = radio.CameUpAt + TimeSpan.FromSeconds(9) }), []);
        await Eventually.IsTrueAsync(() => app.Restarts == 1, () => string.Join('\n', log.Lines));

        await service.StopAsync(TestContext.Current.CancellationToken);
        await service.ExecuteTask!;
        log.AssertNothingUnexpected();
        Directory.Delete(folder, recursive: true);
    }
}
