using Longwire.DependentApps;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>An app that somebody else is just starting, the watchdog above all: its state is <c>startup</c> until it is up.</summary>
public sealed class StartingAppTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    // Before and after the radio is back, seen as a job or not.
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void One_that_the_watchdog_has_just_started_is_not_restarted_a_second_time(bool late, bool shown)
    {
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        app.State = "error";
        _house.Elapse(5);
        app.Busy = () => shown;
        if (!late) app.State = "startup";
        else app.Busy = () => true;
        _house.Attach("r");
        app.State = "startup";
        app.Busy = () => shown;
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
        app.State = "started";
        app.Busy = () => false;
        _house.Elapse(DependentAppTimers.LongestWait);
        _house.Elapse(600);
        Assert.Equal(0, app.Restarts);
        Assert.Empty(_house.Problems);
        Assert.Contains(_house.Logger.Lines, line => line.Contains("runs again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("error")]
    [InlineData("stopped")]
    public void One_that_does_not_come_up_is_restarted(string end)
    {
        StandInApp app = Starting();
        app.State = end;
        _house.Elapse(DependentAppTimers.LongestWait);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_never_comes_up_is_restarted_after_as_long_as_a_start_may_take()
    {
        StandInApp app = Starting();
        _house.Elapse(DependentAppTimers.StartOfApp - TimeSpan.FromSeconds(10));
        Assert.Equal(0, app.Restarts);
        _house.Elapse(2 * DependentAppTimers.LongestWait);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_was_starting_when_its_radio_was_lost_has_lost_it_too_and_is_restarted()
    {
        StandInApp app = _house.OneApp();
        app.State = "startup";
        _house.Elapse(40);
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    /// <summary>Whether it ran before the host booted, and whether its radio is back after the Supervisor has started all apps.</summary>
    public static TheoryData<bool, bool> Boots => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Boots))]
    public void At_the_boot_of_the_host_it_is_left_to_the_Supervisor(bool ran, bool late)
    {
        StandInApp app = StartingAtBoot(ran, late);
        _house.Elapse(30);
        app.State = "started";
        _house.Elapse(600);
        Assert.Equal(0, app.Restarts);
    }

    [Theory]
    [MemberData(nameof(Boots))]
    public void At_the_boot_of_the_host_one_that_never_comes_up_is_restarted_after_as_long_as_a_start_may_take(bool ran, bool late)
    {
        StandInApp app = StartingAtBoot(ran, late);
        _house.Elapse(DependentAppTimers.StartOfApp - TimeSpan.FromSeconds(10));
        Assert.Equal(0, app.Restarts);
        _house.Elapse(2 * DependentAppTimers.LongestWait);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void At_the_boot_of_the_host_one_that_does_not_come_up_is_started_once_more()
    {
        StandInApp app = _house.OneApp();
        _house.BootHost();
        _house.Start();
        _house.FinishBoot();
        app.State = "startup";
        _house.Attach("r");
        app.State = "error";
        _house.Elapse(60);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    private StandInApp StartingAtBoot(bool ran, bool late)
    {
        StandInApp app = _house.OneApp();
        if (!ran)
        {
            app.State = "stopped";
            _house.Elapse(600);
        }
        _house.BootHost();
        _house.Start();
        if (late) _house.FinishBoot();
        app.State = "startup";
        _house.Attach("r");
        if (late) return app;
        _house.FinishBoot();
        app.State = "startup";
        return app;
    }

    /// <summary>Lost, back, and just started by the watchdog.</summary>
    private StandInApp Starting()
    {
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        app.State = "startup";
        _house.Elapse(5);
        _house.Attach("r");
        Assert.Equal(0, app.Restarts);
        return app;
    }
}
