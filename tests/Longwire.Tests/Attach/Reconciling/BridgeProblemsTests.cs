using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What the bridge's Problem shows of what comes and goes.</summary>
public sealed class BridgeProblemsTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly BridgeProblems _problems;
    private TimeSpan _now;

    public BridgeProblemsTests() => _problems = new BridgeProblems(() => _now, NullLogger.Instance);

    [Fact]
    public void What_is_of_a_Pi_on_which_somebody_works_goes_at_once_and_is_back_at_once()
    {
        for (int i = 0; i < 5; i++)
        {
            _problems.Set("pi attic", null, "setup");
            _problems.Set("pi attic", "attic is away", "setup", pis: ["attic"]);
        }
        _problems.Set("rule", "two rivals", "setup", pis: ["cellar", "attic"]);
        _problems.Set("file", "unreadable", "others");
        Assert.Equal(["unreadable"], _problems.ShownBut(pi => pi == "attic"));
        Assert.Equal(3, _problems.ShownBut(pi => pi == "garage").Count);
    }

    [Fact]
    public void A_problem_shows_at_once_and_its_first_end_does()
    {
        Set("full");
        Assert.Equal("full", Assert.Single(Shown));
        Set(null);
        Assert.Empty(Shown);
        Assert.Null(_problems.Settle());
    }

    [Fact]
    public void One_that_came_back_is_shown_until_it_has_stayed_away_for_a_minute()
    {
        Set("full");
        Set(null);
        Set("full");
        for (int turn = 0; turn < 100; turn++)
        {
            Set(null);
            Elapse(s_second);
            Assert.Single(Shown);
            Set("full");
            Elapse(s_second);
            Assert.Single(Shown);
        }
        Set(null);
        Elapse(AttachTimers.ProblemSettles - s_second);
        Assert.Single(Shown);
        Elapse(s_second);
        Assert.Empty(Shown);
        Set("full");
        Assert.Single(Shown);
    }

    [Fact]
    public void Words_that_change_each_time_are_not_shown_each_time_and_those_that_stay_are()
    {
        for (int turn = 0; turn < 200; turn++)
        {
            Set($"reset, from port {turn}");
            Elapse(s_second);
        }
        Assert.Equal("reset, from port 2", Assert.Single(Shown));
        Set("busy");
        Elapse(AttachTimers.ProblemSettles);
        Assert.Equal("busy", Assert.Single(Shown));
    }

    [Fact]
    public void After_an_hour_of_peace_it_is_steady_again()
    {
        Set("full");
        Set(null);
        Set("full");
        Elapse(TimeSpan.FromHours(1));
        Set(null);
        Assert.Empty(Shown);
    }

    [Fact]
    public void What_a_person_edits_shows_at_once_however_often()
    {
        for (int turn = 0; turn < 10; turn++)
        {
            _problems.Set("options", "radios[0]: no such key", "options", byPerson: true);
            Assert.Single(Shown);
            _problems.Set("options", null, "options", byPerson: true);
            Assert.Empty(Shown);
        }
    }

    [Fact]
    public void Sticks_that_are_made_up_without_end_do_not_fill_what_is_shown()
    {
        for (int made = 0; made < 5000; made++)
        {
            _problems.Set($"stick attic/1-{made}", "busy", "attic");
            _problems.Missing($"stick attic/1-{made}");
        }
        Assert.InRange(Shown.Count, 1, 64);
        Elapse(AttachTimers.StickGone);
        Assert.Empty(Shown);
        Assert.Null(_problems.Settle());
    }

    [Fact]
    public void It_says_when_it_next_has_something_to_do()
    {
        Set("full");
        Assert.Null(_problems.Settle());
        _problems.Missing("disk");
        Assert.Equal(_now + AttachTimers.StickGone, _problems.Settle());
        _problems.IsThere("disk");
        Assert.Null(_problems.Settle());
    }

    private void Set(string? problem) => _problems.Set("disk", problem, "others");

    private void Elapse(TimeSpan time)
    {
        _now += time;
        _problems.Settle();
    }

    private IReadOnlyCollection<string> Shown => _problems.ShownBut(static _ => false);
}
