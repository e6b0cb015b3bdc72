using Longwire.DependentApps;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>An app whose radio is held: the tty stays, and some apps end all the same.</summary>
public sealed class HeldRadioTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void One_that_outlives_a_hold_is_left_alone()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        Hold(8);
        _house.Elapse(120);
        Assert.Equal((0, "started"), (app.Restarts, app.State));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 10)]
    public void One_that_ends_of_a_hold_is_started_once_the_radio_is_heard_again(bool during, int secondsAfter)
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Hold("r");
        _house.Elapse(8);
        if (during) app.State = "error";
        Assert.Equal(0, app.Restarts);
        _house.Resume("r");
        _house.Elapse(secondsAfter);
        app.State = during && app.Restarts > 0 ? app.State : "error";
        _house.Elapse(30);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_a_person_stops_during_a_hold_stays_stopped()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Hold("r");
        app.State = "stopped";
        _house.Elapse(8);
        _house.Resume("r");
        _house.Elapse(60);
        Assert.Equal((0, "stopped"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_had_ended_before_a_hold_has_ended_of_something_else()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        app.State = "error";
        Hold(3);
        _house.Elapse(20);
        Assert.Equal(0, app.Restarts);
    }

    [Fact]
    public void One_that_ends_long_after_a_hold_has_ended_of_something_else()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        Hold(8);
        _house.Elapse(DependentAppTimers.DiesOfHold + TimeSpan.FromSeconds(5));
        app.State = "error";
        _house.Elapse(120);
        Assert.Equal(0, app.Restarts);
    }

    private void Hold(int seconds)
    {
        _house.Hold("r");
        _house.Elapse(seconds);
        _house.Resume("r");
    }
}
