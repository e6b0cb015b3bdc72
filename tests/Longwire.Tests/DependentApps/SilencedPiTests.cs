using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>Apps whose radio's Pi somebody works on.</summary>
public sealed class SilencedPiTests : IDisposable
{
    private readonly DependentAppBench _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public void Nothing_is_restarted_until_that_is_over_and_then_once()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Silence(true);
        for (int i = 0; i < 4; i++)
        {
            _house.Lose("r");
            app.State = "error";
            _house.Elapse(120);
            _house.Attach("r");
            _house.Elapse(120);
        }
        Assert.Equal((0, "error"), (app.Restarts, app.State));
        Assert.Empty(_house.Problems);
        _house.Silence(false);
        _house.Elapse(60);
        Assert.Equal((1, "started"), (app.Restarts, app.State));
    }

    [Fact]
    public void An_app_that_ends_of_itself_meanwhile_has_not_lost_its_radio()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Silence(true);
        _house.Elapse(60);
        app.State = "error";
        _house.Silence(false);
        _house.Elapse(300);
        Assert.Equal((0, "error"), (app.Restarts, app.State));
    }

    [Fact]
    public void An_app_that_runs_on_all_the_time_is_left_alone()
    {
        StandInApp app = _house.OneApp();
        _house.Elapse(40);
        _house.Silence(true);
        _house.Elapse(3600);
        _house.Silence(false);
        _house.Elapse(120);
        Assert.Equal(0, app.Restarts);
    }
}
