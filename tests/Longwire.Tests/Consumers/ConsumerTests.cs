using Longwire.Consumers;
using Longwire.Tests.Supervisor;
using Xunit;

namespace Longwire.Tests.Consumers;

public sealed class ConsumerTests : IDisposable
{
    private readonly ConsumerBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void One_that_exits_with_2_when_its_tty_goes_is_started_once_the_radio_is_back()
    {
        StandInApp app = Zigbee();

        // The Supervisor knows of its end before it is asked.
        app.State = "error";
        _house.Lose("r");
        _house.Elapse(600);
        Assert.Equal(0, app.Restarts);

        _house.Attach("r");
        Assert.Equal((1, "started"), (app.Restarts, app.State));

        _house.Elapse(3600);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_runs_on_without_its_tty_is_restarted()
    {
        StandInApp app = Zigbee();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_cannot_start_without_its_device_is_started_once_it_is_there_again()
    {
        StandInApp app = _house.Supervisor.Add(ConsumerBench.Zwave);
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
    public void One_that_a_person_stopped_before_the_loss_is_left_alone()
    {
        StandInApp app = Zigbee();
        app.State = "stopped";
        _house.Elapse(31);

        _house.Lose("r");
        _house.Elapse(60);
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal((0, "stopped"), (app.Restarts, app.State));
        Assert.Contains(_house.Logger.Lines, line => line.Contains("did not run when the radio was lost", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_a_person_stopped_a_moment_before_pulling_the_stick_is_left_alone()
    {
        StandInApp app = Zigbee();
        app.State = "stopped";

        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal((0, "stopped"), (app.Restarts, app.State));
    }

    [Fact]
    public void One_that_dies_before_a_silent_Pi_is_noticed_is_started()
    {
        StandInApp app = Zigbee();
        _house.Elapse(28);
        app.State = "error";
        _house.Elapse(4);

        _house.Lose("r");
        _house.Attach("r");

        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_gives_up_while_its_link_is_held_is_started()
    {
        StandInApp app = Zigbee();
        _house.Hold("r");
        app.State = "error";
        _house.Elapse(120);

        _house.Lose("r");
        _house.Attach("r");

        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_had_died_of_something_else_is_left_alone()
    {
        StandInApp app = Zigbee();
        app.State = "error";
        _house.Elapse(62);

        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(60);

        Assert.Equal(0, app.Restarts);
    }

    [Fact]
    public void A_loss_too_short_to_be_seen_is_a_loss()
    {
        StandInApp app = Zigbee();
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void While_a_person_has_the_radio_detached_nothing_is_restarted_and_afterwards_it_is()
    {
        StandInApp app = Zigbee();
        _house.Detach("r");
        app.State = "error";
        _house.Elapse(3600);
        Assert.Equal(0, app.Restarts);

        _house.Attach("r");
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void A_radio_that_a_person_detaches_while_Core_is_down_is_not_restarted_for()
    {
        StandInApp app = Zigbee();
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
        StandInApp app = _house.Supervisor.Add(ConsumerBench.Zigbee);
        _house.Start();
        _house.Radio("a", "zigbee2mqtt");
        _house.Radio("b", ConsumerBench.Zigbee);

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
        StandInApp app = _house.Supervisor.Add(ConsumerBench.Zigbee);
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
        StandInApp first = _house.Supervisor.Add(ConsumerBench.Zigbee);
        StandInApp second = _house.Supervisor.Add(ConsumerBench.Zwave);
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
    public void Short_names_are_those_of_the_apps_that_nearly_everybody_means(string name, string slug) => Assert.Equal(slug, AppSlugs.Of(name));

    [Fact]
    public void More_than_four_restarts_an_hour_are_not_made_and_a_person_is_told()
    {
        StandInApp app = Zigbee();
        for (int i = 0; i < 7; i++)
        {
            _house.Lose("r");
            _house.Elapse(60);
            _house.Attach("r");
        }
        Assert.Equal(4, app.Restarts);
        Assert.Contains("restarted 4 times within an hour", Assert.Single(_house.Problems), StringComparison.Ordinal);

        // The first of the four is an hour old by then.
        _house.Elapse(TimeSpan.FromMinutes(56));
        Assert.Equal(5, app.Restarts);
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void The_limit_holds_over_our_own_restart()
    {
        StandInApp app = Zigbee();
        for (int i = 0; i < 6; i++)
        {
            _house.Stop();
            _house.Start();
            _house.Attach("r");
            _house.Elapse(30);
        }
        Assert.Equal(4, app.Restarts);
    }

    [Fact]
    public void While_Core_is_down_it_waits()
    {
        StandInApp app = Zigbee();
        _house.Supervisor.CoreUp = false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(1200);
        Assert.Equal(0, app.Restarts);

        _house.Supervisor.CoreUp = true;
        _house.Elapse(ConsumerTimers.LongestWait);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void While_the_Supervisor_starts_it_waits()
    {
        StandInApp app = Zigbee();
        _house.Supervisor.Ready = false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(300);
        Assert.Empty(_house.Problems);

        _house.Supervisor.Ready = true;
        _house.Elapse(ConsumerTimers.LongestWait);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void An_older_Core_is_asked_by_the_older_name()
    {
        _house.Supervisor.CoreKnowsApps = false;
        StandInApp app = Zigbee();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void A_Core_that_has_dropped_the_older_name_is_asked_by_the_newer()
    {
        _house.Supervisor.CoreKnowsAddons = false;
        StandInApp app = Zigbee();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_does_not_come_up_is_tried_again_and_a_person_is_told()
    {
        _house.Logger.Expect("was not restarted");
        StandInApp app = Zigbee();
        app.CanStart = () => false;
        _house.Lose("r");
        _house.Attach("r");
        Assert.Contains("could not be restarted", Assert.Single(_house.Problems), StringComparison.Ordinal);

        app.CanStart = () => true;
        _house.Elapse(ConsumerTimers.FirstPause);
        Assert.Equal((2, "started"), (app.Restarts, app.State));
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void A_restart_may_take_as_long_as_the_app_takes_to_stop_and_start()
    {
        _house.Logger.Expect("was not restarted");
        StandInApp app = Zigbee();
        app.Starting = () => new TaskCompletionSource().Task;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(ConsumerTimers.LongestStop + ConsumerTimers.StartOfApp - TimeSpan.FromSeconds(1));
        Assert.Empty(_house.Problems);

        // It runs by then: nobody restarts it again only because the answer never came.
        _house.Elapse(2);
        _house.RunUntil(() => _house.Logger.Lines.Any(line => line.Contains("runs again", StringComparison.Ordinal)));
        _house.Elapse(ConsumerTimers.LongestPause);
        Assert.Empty(_house.Problems);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void An_app_that_is_not_installed_is_a_problem_with_its_remedy_until_it_is()
    {
        _house.Start();
        _house.Radio("r", "no_such_app");
        string problem = Assert.Single(_house.Problems);
        Assert.Contains("no_such_app", problem, StringComparison.Ordinal);
        Assert.Contains("is installed", problem, StringComparison.Ordinal);

        _house.Supervisor.Add("no_such_app");
        _house.Elapse(ConsumerTimers.LookAgain);
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void An_app_that_leaves_the_options_is_followed_no_longer()
    {
        StandInApp app = Zigbee();
        _house.Name("r");
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
    }

    [Fact]
    public void An_app_that_is_new_in_the_options_is_not_restarted_for_a_radio_that_is_attached()
    {
        StandInApp app = Zigbee();
        _house.Elapse(60);
        Assert.Equal(0, app.Restarts);
    }

    private StandInApp Zigbee()
    {
        StandInApp app = _house.Supervisor.Add(ConsumerBench.Zigbee);
        _house.Start();
        _house.Radio("r", "zigbee2mqtt");
        return app;
    }
}
