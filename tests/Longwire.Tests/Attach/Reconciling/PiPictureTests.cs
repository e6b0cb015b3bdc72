using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A Pi that is asked every other second for weeks and says the same each time costs next to nothing.</summary>
public sealed class PiPictureTests
{
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_list_that_says_the_same_again_has_nothing_else_looked_at_and_makes_no_snapshot()
    {
        const int Answers = 50;
        await using var bench = new AttachBench(Known("0658_0200_ZW0001", "ZW0001"));
        bench.Load(Wishes([Pi("attic")], Rule("1cf1:0030")));
        Answer(bench, s_quick, Device("1-1.3", id: "10c4:ea60"));
        await bench.SettledAsync();
        (int told, Snapshot snapshot) = (bench.Watches["attic"].TimesTold, bench.Feed.Current);
        for (int answer = 1; answer <= Answers; answer++)
        {
            Answer(bench, s_quick * answer, Device("1-1.3", id: "10c4:ea60"));
            // Each by itself: what has piled up is one change anyway.
            await Task.Delay(s_quick, TestContext.Current.CancellationToken);
        }
        Assert.Same(snapshot, bench.Feed.Current);
        await bench.SettledAsync();
        // To settle is to look twice.
        Assert.InRange(bench.Watches["attic"].TimesTold - told, 1, 3);
    }

    [Fact]
    public async Task Another_round_trip_is_taken_as_often_as_figures_are_shown()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        foreach ((TimeSpan roundTrip, TimeSpan shown) in new[] { (s_quick, s_quick), (s_quick * 2, s_quick) })
        {
            Answer(bench, roundTrip);
            await bench.SettledAsync();
            Assert.Equal(shown, bench.Feed.Current.Pis[0].RoundTrip);
        }
        bench.Time.Advance(AttachTimers.Heartbeat);
        Answer(bench, s_quick * 3);
        await bench.UntilAsync(snapshot => snapshot.Pis[0].RoundTrip == s_quick * 3);
    }

    public static TheoryData<string> News => ["a stick more", "a stick less", "another stick there", "plugged in again", "a Longwire"];

    [Theory]
    [MemberData(nameof(News))]
    public async Task A_list_that_says_anything_else_is_looked_at(string news)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("1cf1:0030")));
        Answer(bench, s_quick, Device("1-1.3", id: "10c4:ea60"));
        await bench.SettledAsync();
        int told = bench.Watches["attic"].TimesTold;
        switch (news)
        {
            case "a stick more": Answer(bench, s_quick, Device("1-1.3", id: "10c4:ea60"), Device("1-1.4")); break;
            case "a stick less": Answer(bench, s_quick); break;
            case "another stick there": Answer(bench, s_quick, Device("1-1.3")); break;
            case "plugged in again": Answer(bench, s_quick, Device("1-1.3", devNum: 9, id: "10c4:ea60")); break;
            default: bench.ListOfLongwire("attic", [], Device("1-1.3", id: "10c4:ea60")); break;
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (bench.Watches["attic"].TimesTold == told)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Delay(s_quick, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_is_due_is_done_however_often_a_Pi_says_the_same()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        Answer(bench, s_quick, Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.Failed("why")));
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.BackoffCap);
        Answer(bench, s_quick, Device());
        await bench.NextAttachmentAsync(1);
    }

    [Fact]
    public void Whatever_is_known_of_a_Pi_is_in_its_picture_or_changes_by_no_list()
    {
        string[] seen =
        [
            "Reachable", "SilentReason", "SlowReason", "RoundTrip", "Server", "Notice", "Offers", "Sticks", "Rejected", "Silence",
            "ListUnanswered", "List", "ListsTooMany", "Tries",
        ];
        // Options and watch change by the options, vitals by what tells them; and what is counted here changes nothing before the count is
        // full.
        string[] others = ["Options", "Watch", "Vitals", "LatestVitals", "VitalsAt", "PowerWasLowAt", "HalfAnswers", "LateLists"];
        Assert.Equal(
            seen.Concat(others).Order(StringComparer.Ordinal),
            typeof(PiState).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    private static void Answer(AttachBench bench, TimeSpan roundTrip, params ExportedDevice[] devices) => bench.Tell(
        new AttachEvent.PiAnswered("attic", new DeviceList([.. devices], null, IsEnd: true), roundTrip, bench.Time.GetTimestamp()));
}
