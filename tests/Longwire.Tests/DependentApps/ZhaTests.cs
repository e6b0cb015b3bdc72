using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>ZHA, which is part of Core and no app: what is set up there is loaded anew.</summary>
public sealed class ZhaTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void It_is_loaded_anew_once_its_radio_is_back_and_nothing_else_is()
    {
        StandInApp zha = Zha();
        _house.Elapse(40);
        _house.Lose("r");
        zha.State = "error";
        _house.Elapse(60);
        Assert.Equal(0, zha.Restarts);
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal((1, "started"), (zha.Restarts, zha.State));
        Assert.DoesNotContain(_house.Supervisor.Requests, request => request.Contains("hassio", StringComparison.Ordinal));
        Assert.DoesNotContain(_house.Supervisor.Requests, request => request.Contains("/addons/", StringComparison.Ordinal));
        Assert.Empty(_house.Problems);
        Assert.Contains(_house.Logger.Lines, line => line.Contains("zha runs again", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_a_person_has_disabled_stays_disabled()
    {
        StandInApp zha = Zha();
        zha.State = "stopped";
        _house.Elapse(40);
        _house.Lose("r");
        _house.Elapse(60);
        _house.Attach("r");
        _house.Elapse(120);
        Assert.Equal((0, "stopped"), (zha.Restarts, zha.State));
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void Where_it_is_not_set_up_that_is_said_with_the_remedy()
    {
        _house.Start();
        _house.Radio("r", "zha");
        _house.Elapse(40);
        Assert.Equal(
            "zha (restart_apps) cannot be restarted after a loss: ZHA is not set up in Home Assistant. Check that ZHA is set up in Home "
                + "Assistant, under Devices & services, or take zha out of restart_apps.",
            Assert.Single(_house.Problems));
        // It is set up, and looked for again.
        _house.Supervisor.Integrations["zha"] = new StandInApp();
        _house.Elapse(TimeSpan.FromHours(1));
        Assert.Empty(_house.Problems);
    }

    [Theory]
    [InlineData("/core/api/services/homeassistant/reload_config_entry", 401)]
    [InlineData("/core/api/services/homeassistant/reload_config_entry", 403)]
    [InlineData("/core/api/config/", 403)]
    [InlineData("/core/", 401)]
    public void A_Core_that_refuses_is_said_once_with_an_automation_as_the_way_out(string path, int status)
    {
        StandInApp zha = Zha();
        _house.Elapse(40);
        _house.Supervisor.Closed = (path, status);
        _house.Lose("r");
        zha.State = "error";
        _house.Elapse(60);
        _house.Attach("r");
        _house.Elapse(60);
        string problem = Assert.Single(_house.Problems);
        Assert.Contains("does not let Longwire use core/api/", problem, StringComparison.Ordinal);
        Assert.EndsWith(
            "Let an automation do it, with the device trigger \"connected\" of r and the action homeassistant.reload_config_entry for ZHA, "
                + "and take zha out of restart_apps.",
            problem,
            StringComparison.Ordinal);
        Assert.Equal(0, zha.Restarts);
    }

    [Fact]
    public void One_that_does_not_come_up_is_tried_again_and_said()
    {
        StandInApp zha = Zha();
        _house.Elapse(40);
        _house.Lose("r");
        zha.State = "error";
        zha.CanStart = () => zha.Restarts > 1;
        _house.Logger.Expect("was not restarted");
        _house.Elapse(60);
        _house.Attach("r");
        _house.Elapse(5);
        Assert.Contains("ZHA could not be restarted after its radio came back", Assert.Single(_house.Problems), StringComparison.Ordinal);
        _house.Elapse(300);
        Assert.Equal((2, "started"), (zha.Restarts, zha.State));
        Assert.Empty(_house.Problems);
    }

    [Fact]
    public void One_that_Core_tries_again_by_itself_is_to_run_and_is_reloaded_after_the_next_loss()
    {
        StandInApp zha = Zha();
        _house.Elapse(40);
        // A radio that answers nothing, say: Core goes on trying for as long as it takes.
        zha.State = "error";
        _house.Elapse(1200);
        _house.Lose("r");
        _house.Elapse(60);
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal((1, "started"), (zha.Restarts, zha.State));
    }

    [Fact]
    public void A_Core_that_restarts_is_waited_for()
    {
        StandInApp zha = Zha();
        _house.Elapse(40);
        _house.Lose("r");
        zha.State = "error";
        _house.Elapse(60);
        _house.Supervisor.CoreUp = false;
        _house.Attach("r");
        _house.Elapse(60);
        Assert.Equal(0, zha.Restarts);
        Assert.Empty(_house.Problems);
        _house.Supervisor.CoreUp = true;
        _house.Elapse(120);
        Assert.Equal((1, "started"), (zha.Restarts, zha.State));
    }

    private StandInApp Zha()
    {
        StandInApp zha = _house.Supervisor.Integrations["zha"] = new StandInApp();
        _house.Start();
        _house.Radio("r", "zha");
        return zha;
    }
}
