using Longwire.DependentApps;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>How an app is restarted: how often, what is waited for, what happens when it fails.</summary>
public sealed class AppRestartTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void More_than_four_restarts_an_hour_are_not_made_and_a_person_is_told()
    {
        StandInApp app = _house.OneApp();
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
        StandInApp app = _house.OneApp();
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
        StandInApp app = _house.OneApp();
        _house.Supervisor.CoreUp = false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(1200);
        Assert.Equal(0, app.Restarts);

        _house.Supervisor.CoreUp = true;
        _house.Elapse(DependentAppTimers.LongestWait);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void While_the_Supervisor_starts_it_waits()
    {
        StandInApp app = _house.OneApp();
        _house.Supervisor.Ready = false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(300);
        Assert.Empty(_house.Problems);

        _house.Supervisor.Ready = true;
        _house.Elapse(DependentAppTimers.LongestWait);
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void An_older_Core_is_asked_by_the_older_name()
    {
        _house.Supervisor.CoreKnowsApps = false;
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void A_Core_that_has_dropped_the_older_name_is_asked_by_the_newer()
    {
        _house.Supervisor.CoreKnowsAddons = false;
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_does_not_come_up_is_tried_again_and_a_person_is_told_whatever_Core_makes_of_it(bool coreTells)
    {
        _house.Supervisor.CoreTellsFailures = coreTells;
        _house.Logger.Expect("was not restarted");
        StandInApp app = _house.OneApp();
        app.CanStart = () => false;
        _house.Lose("r");
        _house.Attach("r");
        Assert.Contains("could not be restarted", Assert.Single(_house.Problems), StringComparison.Ordinal);

        app.CanStart = () => true;
        _house.Elapse(DependentAppTimers.FirstPause);
        Assert.Equal((2, "started"), (app.Restarts, app.State));
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void A_restart_may_take_as_long_as_the_app_takes_to_stop_and_start()
    {
        _house.Logger.Expect("was not restarted");
        StandInApp app = _house.OneApp();
        app.Starting = () => new TaskCompletionSource().Task;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(DependentAppTimers.LongestStop + DependentAppTimers.StartOfApp - TimeSpan.FromSeconds(1));
        Assert.Empty(_house.Problems);

        // It runs by then: nobody restarts it again only because the answer never came.
        _house.Elapse(2);
        _house.RunUntil(() => _house.Logger.Lines.Any(line => line.Contains("runs again", StringComparison.Ordinal)));
        _house.Elapse(DependentAppTimers.LongestPause);
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
        _house.Elapse(DependentAppTimers.LookAgain);
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void While_a_job_of_the_Supervisors_own_has_the_app_it_waits_and_that_is_no_try()
    {
        StandInApp app = _house.OneApp();
        app.Busy = () => true;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(1200);
        Assert.Equal((0, 0), (app.Restarts, app.Refusals));
        Assert.Empty(_house.Problems);
        Assert.Single(_house.Logger.Lines, line => line.Contains("the Supervisor is busy with it", StringComparison.Ordinal));

        app.Busy = () => false;
        _house.Elapse(DependentAppTimers.LongestWait);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void What_the_Supervisors_own_job_started_meanwhile_is_not_restarted_once_more()
    {
        StandInApp app = _house.OneApp();
        app.Busy = () => true;
        _house.Lose("r");
        app.State = "error";
        _house.Attach("r");
        _house.Elapse(60);
        app.State = "started";
        app.Busy = () => false;
        _house.Elapse(DependentAppTimers.LongestWait);
        Assert.Equal(0, app.Restarts);
        Assert.Contains(_house.Logger.Lines, line => line.Contains("runs again", StringComparison.Ordinal));
    }

    [Fact]
    public void The_watchdog_that_sleeps_between_two_tries_is_not_waited_for()
    {
        StandInApp app = _house.OneApp();
        app.Watched = true;
        _house.Lose("r");
        app.State = "error";
        _house.Attach("r");
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_job_that_begins_in_the_same_moment_has_it_refused_and_the_limit_does_not_count_that(bool coreTells)
    {
        _house.Supervisor.CoreTellsFailures = coreTells;
        StandInApp app = _house.OneApp();
        for (int i = 0; i < 4; i++)
        {
            // Nothing to be seen when it is asked; then the call is refused, and the job is there to be seen.
            int asked = 0;
            app.Busy = () => ++asked is 2 or 3;
            app.State = "error";
            _house.Lose("r");
            _house.Attach("r");
            _house.Elapse(10);
        }
        Assert.Equal((4, 4), (app.Restarts, app.Refusals));
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void One_that_fails_at_once_while_nobody_else_has_it_counts_towards_the_limit()
    {
        _house.Logger.Expect("was not restarted");
        StandInApp app = _house.OneApp();
        app.CanStart = () => false;
        _house.Lose("r");
        _house.Attach("r");
        _house.Elapse(1800);
        Assert.Equal(4, app.Restarts);
        Assert.Contains("restarted 4 times within an hour", Assert.Single(_house.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_Supervisor_without_a_list_of_jobs_is_asked_all_the_same()
    {
        _house.Supervisor.HasJobs = false;
        StandInApp app = _house.OneApp();
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }

    [Fact]
    public void One_that_could_not_be_looked_at_while_the_Supervisor_started_is_seen_soon_after()
    {
        _house.Supervisor.Ready = false;
        StandInApp app = _house.OneApp();
        _house.Supervisor.Ready = true;
        _house.Elapse(DependentAppTimers.FirstWait);
        app.State = "error";
        _house.Lose("r");
        _house.Attach("r");
        Assert.Equal(1, app.Restarts);
    }
}
