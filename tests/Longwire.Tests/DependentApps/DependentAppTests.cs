using System.Globalization;
using Longwire.DependentApps;
using Longwire.Testing.Supervisor;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>Which apps are restarted for which radio.</summary>
public sealed class DependentAppTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    // A story: seconds that pass, states that the app goes into, and what happens to its radio, in order.
    [Theory]
    [InlineData("it exits with 2 when its tty goes, which the Supervisor knows before it is asked", "error lose 600 attach 3600", 1)]
    [InlineData("it runs on without its tty", "lose attach", 1)]
    [InlineData("a person stopped it before the loss", "stopped 31 lose 60 attach 60", 0)]
    [InlineData("a person stopped it a moment before pulling the stick", "stopped lose attach 60", 0)]
    [InlineData("it dies before a silent Pi is noticed", "28 error 4 lose attach", 1)]
    [InlineData("it gives up while its link is held", "hold error 120 lose attach", 1)]
    [InlineData("it had died of something else", "error 62 lose attach 60", 0)]
    [InlineData("the loss is too short to be seen", "attach", 1)]
    [InlineData("a person has the radio detached for an hour", "detach error 3600 attach", 1)]
    [InlineData("a person has the radio attached afresh, which is no loss to anybody else", "reattach 60", 1)]
    [InlineData("a person stopped it, and has the radio attached afresh", "stopped 31 reattach 60", 0)]
    [InlineData("the clock is set before it is lost", "clock 60 lose error 60 attach", 1)]
    public void What_ran_until_its_radio_was_lost_is_restarted_once_it_is_back_and_nothing_else_is(string why, string story, int restarts)
    {
        StandInApp app = _house.OneApp();
        string last = app.State;
        foreach (string word in story.Split(' '))
        {
            switch (word)
            {
                case "lose": _house.Lose("r"); break;
                case "hold": _house.Hold("r"); break;
                case "detach": _house.Detach("r"); break;
                case "reattach": _house.Reattach("r"); break;
                case "clock": _house.SetClock("r", TimeSpan.FromDays(20000)); break;
                case "attach":
                    Assert.Equal(0, app.Restarts);
                    _house.Attach("r");
                    break;
                case "error" or "stopped": app.State = last = word; break;
                default: _house.Elapse(int.Parse(word, CultureInfo.InvariantCulture)); break;
            }
        }
        Assert.True(
            (restarts, restarts > 0 ? "started" : last) == (app.Restarts, app.State), $"{why}: {app.Restarts} restarts, {app.State}");
        Assert.Equal(
            restarts == 0, _house.Logger.Lines.Any(line => line.Contains("did not run when the radio was lost", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(20000)]
    [InlineData(-0.5)]
    public void A_radio_whose_time_is_put_right_when_the_clock_is_set_is_not_lost(double days)
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.SetClock("r", TimeSpan.FromDays(days));
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
        Assert.DoesNotContain(_house.Logger.Lines, line => line.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public void A_radio_that_comes_and_goes_all_the_time_is_told_a_few_times_an_hour_and_each_time_in_the_debug_log()
    {
        _house.OneApp().State = "stopped";
        _house.Elapse(31);
        for (int loss = 0; loss < 200; loss++)
        {
            _house.Lose("r");
            _house.Elapse(2);
            _house.Attach("r");
            _house.Elapse(6);
        }
        string[] told = [.. _house.Logger.Entries.Where(entry => entry.Level > LogLevel.Debug).Select(entry => entry.Line)];
        Assert.Equal(2, told.Length);
        Assert.Equal(200, _house.Logger.Lines.Count(line => line.Contains(" lost r; it did not run then", StringComparison.Ordinal)));
        Assert.Equal(200, _house.Logger.Lines.Count(line => line.Contains("is left as it is", StringComparison.Ordinal)));
    }

    [Fact]
    public void One_that_cannot_start_without_its_device_is_started_once_it_is_there_again()
    {
        StandInApp app = _house.Supervisor.Add(DependentAppBench.Zwave);
        bool device = true;
        app.CanStart = () => device;
        _house.Start();
        _house.Radio("r", "zwave_js");

        device = false;
        _house.Lose("r");
        // The watchdog tries five times, and gives up.
        app.State = "error";
        _house.Elapse(300);
        device = true;
        _house.Attach("r");

        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void A_radio_that_a_person_detaches_while_Core_is_down_is_not_restarted_for()
    {
        StandInApp app = _house.OneApp();
        _house.Supervisor.CoreUp = false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Detach("r");
        _house.Supervisor.CoreUp = true;
        _house.Elapse(600);
        Assert.Equal(0, app.Restarts);

        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void Two_radios_that_come_back_together_cost_one_app_one_restart()
    {
        StandInApp app = _house.Supervisor.Add(DependentAppBench.Zigbee);
        _house.Start();
        _house.Radio("a", "zigbee2mqtt");
        _house.Radio("b", DependentAppBench.Zigbee);

        _house.Lose("a", "b");
        _house.Attach("a");
        _house.Elapse(3);
        _house.Attach("b");
        _house.Elapse(60);

        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void A_radio_that_comes_back_later_than_its_twin_costs_a_restart_of_its_own()
    {
        StandInApp app = _house.Supervisor.Add(DependentAppBench.Zigbee);
        _house.Start();
        _house.Radio("a", "zigbee2mqtt");
        _house.Radio("b", "zigbee2mqtt");

        _house.Lose("a", "b");
        _house.Attach("a");
        Assert.Equal(0, app.Restarts);
        _house.Elapse(6);
        Assert.Equal(1, app.Restarts);
        _house.Attach("b");
        Assert.Equal(2, app.Restarts);
    }

    [Fact]
    public void One_radio_restarts_all_apps_that_read_it()
    {
        StandInApp first = _house.Supervisor.Add(DependentAppBench.Zigbee);
        StandInApp second = _house.Supervisor.Add(DependentAppBench.Zwave);
        StandInApp other = _house.Supervisor.Add("core_openthread_border_router");
        _house.Start();
        _house.Radio("r", "zigbee2mqtt", "zwave_js");
        _house.Radio("else", "otbr");

        _house.Lose("r");
        _house.Attach("r");

        Assert.Equal((1, 1, 0), (first.Restarts, second.Restarts, other.Restarts));
    }

    [Theory]
    [InlineData("zwave_js", "core_zwave_js")]
    [InlineData("zwave_js_ui", "a0d7b954_zwavejs2mqtt")]
    [InlineData("zigbee2mqtt", "45df7312_zigbee2mqtt")]
    [InlineData("otbr", "core_openthread_border_router")]
    [InlineData("local_deconz", "local_deconz")]
    public void Short_names_are_those_of_the_apps_that_nearly_everybody_means(string name, string slug) =>
        Assert.Equal(slug, AppSlugs.Of(name));

    [Fact]
    public void An_app_that_leaves_the_options_is_followed_no_longer()
    {
        StandInApp app = _house.OneApp();
        _house.Name("r");
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
    }

    [Fact]
    public void An_app_that_is_new_in_the_options_is_not_restarted_for_a_radio_that_is_attached()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
    }
}
