using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>A Home Assistant that does not let Longwire restart apps: a rule, and no failure.</summary>
public sealed class RefusedRestartTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    // Whoever says it: the Supervisor, of the call or of all of Core, or Core itself.
    [Theory]
    [InlineData("/core/api/services/hassio/app_restart", 403)]
    [InlineData("/core/api/services/hassio/app_restart", 401)]
    [InlineData("/core/api/services/hassio/", 403)]
    [InlineData("/core/", 403)]
    [InlineData("/core/", 401)]
    [InlineData("/addons/", 403)]
    public void A_refusal_is_said_once_with_an_automation_as_the_way_out_and_is_not_tried_again(string path, int status)
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Supervisor.Closed = (path, status);
        _house.Lose("r");
        app.State = "error";
        _house.Elapse(60);
        _house.Attach("r");
        int tried = Tries;
        string problem = Assert.Single(_house.Problems);
        Assert.Contains("does not let Longwire use", problem, StringComparison.Ordinal);
        Assert.EndsWith(
            "Let an automation do it, with the device trigger \"connected\" of r and the action hassio.app_restart for "
                + $"{DependentAppBench.Zigbee}, and take {DependentAppBench.Zigbee} out of restart_apps.",
            problem,
            StringComparison.Ordinal);
        Assert.DoesNotContain("tries again", problem, StringComparison.Ordinal);

        _house.Elapse(TimeSpan.FromHours(2));
        Assert.Equal((tried, 0), (Tries, app.Restarts));
        Assert.InRange(tried, 0, 1);
        Assert.Contains("Let an automation do it", Assert.Single(_house.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_older_name_is_not_tried_where_the_newer_is_refused()
    {
        _house.OneApp();
        _house.Supervisor.Closed = ("/core/api/services/hassio/app_restart", 403);
        _house.Lose("r");
        _house.Attach("r");
        Assert.DoesNotContain(_house.Supervisor.Requests, request => request.EndsWith("addon_restart", StringComparison.Ordinal));
    }

    [Fact]
    public void A_refusal_counts_for_no_limit_and_each_loss_costs_one_call()
    {
        StandInApp app = _house.OneApp();
        _house.Supervisor.Closed = ("/core/api/services/", 403);
        for (int loss = 1; loss <= 7; loss++)
        {
            _house.Lose("r");
            _house.Elapse(60);
            _house.Attach("r");
            Assert.Equal(loss, Tries);
        }
        Assert.Contains("does not let Longwire use", Assert.Single(_house.Problems), StringComparison.Ordinal);

        // The right is there again, and with it the four restarts of an hour.
        _house.Supervisor.Closed = null;
        for (int loss = 0; loss < 4; loss++)
        {
            _house.Lose("r");
            _house.Attach("r");
            Assert.Empty(_house.Problems);
        }
        Assert.Equal(4, app.Restarts);
    }

    [Fact]
    public void What_a_person_had_stopped_is_not_even_asked_for()
    {
        StandInApp app = _house.OneApp();
        app.State = "stopped";
        _house.Elapse(31);
        _house.Supervisor.Closed = ("/core/", 403);
        _house.Lose("r");
        _house.Attach("r");
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void An_app_that_leaves_the_options_takes_the_sentence_along()
    {
        _house.OneApp();
        _house.Supervisor.Closed = ("/core/", 403);
        _house.Lose("r");
        _house.Attach("r");
        Assert.Single(_house.Problems);
        _house.Name("r");
        Assert.Empty(_house.Problems);
    }

    private int Tries => _house.Supervisor.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal));
}
