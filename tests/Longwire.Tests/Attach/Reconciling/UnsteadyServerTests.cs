using Longwire.Attach;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>
/// Servers that number a stick anew after each session, call it by another id at the import, or hide what somebody holds.
/// </summary>
public sealed class UnsteadyServerTests
{
    private const string Told = "no stick that matches";

    public static TheoryData<string, string, bool, bool> Manners
    {
        get
        {
            var rows = new TheoryData<string, string, bool, bool>();
            foreach (string imported in new[] { "0658:0200", "10c4:ea60" })
            {
                foreach (string said in new[] { "0658:0200", "10c4:ea60", "dead:beef" })
                {
                    foreach (bool renumbers in new[] { false, true })
                    {
                        rows.Add(imported, said, renumbers, false);
                        rows.Add(imported, said, renumbers, true);
                    }
                }
            }
            return rows;
        }
    }

    /// <param name="imported">What the server calls it at the import; in its list it is 0658:0200.</param>
    /// <param name="said">What the stick calls itself.</param>
    /// <param name="renumbers">After each session.</param>
    /// <param name="hides">While it is held.</param>
    [Theory]
    [MemberData(nameof(Manners))]
    public async Task A_stick_is_imported_a_few_times_a_minute_at_most_whatever_its_server_calls_it(
        string imported, string said, bool renumbers, bool hides)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        int seen = 0, up = 0;
        for (int second = 0; second < 60; second++)
        {
            uint number = renumbers ? (uint)(3 + seen) : 3;
            if (!hides || up == 0) bench.List("attic", Device(devNum: number));
            else bench.List("attic");
            await bench.SettledAsync();
            for (; seen < bench.Attachments.Count; seen++)
            {
                ScriptedAttachment attachment = bench.Attachments[seen];
                AttachDecision decision = await bench.IdentifyAsync(
                    attachment, Device(devNum: number, id: imported), IdentityOf("ZW0001", said));
                if (decision is AttachDecision.Attach)
                {
                    bench.Tell(new AttachEvent.CameUp(attachment, 1));
                    up++;
                }
                else
                {
                    bench.End(attachment, decision is AttachDecision.Refuse refuse
                        ? new AttachOutcome.Refused(refuse.Reason)
                        : new AttachOutcome.LetGo());
                }
                await bench.SettledAsync();
            }
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }
        // What the list and the stick agree on is right, whatever the server says in between.
        Assert.Equal(said == "0658:0200" ? 1 : 0, up);
        Assert.InRange(seen, 1, 6);
    }

    [Fact]
    public async Task A_stick_that_is_being_tried_on_a_server_that_hides_what_is_held_is_not_said_to_be_missing()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        bench.List("attic", Device());
        await bench.SettledAsync();
        int told = 0, seen = 0;
        for (int turn = 0; turn < 100; turn++)
        {
            // In the list for a moment, then held, then gone for the reset.
            bench.List("attic", Device());
            await bench.SettledAsync();
            bench.List("attic");
            await bench.SettledAsync();
            told += Count(bench);
            for (; seen < bench.Attachments.Count; seen++) bench.End(bench.Attachments[seen], new AttachOutcome.Failed("not done in time"));
            await bench.SettledAsync();
            told += Count(bench);
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(0, told);
        bench.List("attic");
        await bench.SettledAsync();
        bench.Time.Advance(AttachTimers.StickGone);
        bench.List("attic");
        await bench.SettledAsync();
        Assert.Equal(1, Count(bench));
    }

    [Fact]
    public async Task A_place_that_is_called_two_things_in_turn_is_not_tried_at_the_pace_of_its_lists()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        int seen = 0;
        for (int list = 0; list < 600; list++)
        {
            ExportedDevice device = Device(id: list % 2 == 0 ? "0658:0200" : "1cf1:0030");
            bench.List("attic", device);
            await bench.SettledAsync();
            for (; seen < bench.Attachments.Count; seen++) bench.End(bench.Attachments[seen], new AttachOutcome.Failed("not done in time"));
            await bench.SettledAsync();
            bench.Time.Advance(TimeSpan.FromMilliseconds(100));
        }
        Assert.InRange(seen, 10, 70);
    }

    private static int Count(AttachBench bench) =>
        bench.Feed.Current.Bridge.Problems.Count(problem => problem.Contains(Told, StringComparison.Ordinal));
}
