using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>How often a stick is tried whose attempts all fail. Each costs it a reset, and the SD card a few writes.</summary>
public sealed class BackoffTests
{
    private const string Radio = "0658_0200_ZW0001";

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_fails_the_same_way_each_time_is_tried_about_once_a_minute()
    {
        await using AttachBench bench = Bench();
        await FailAsync(bench, TimeSpan.FromMinutes(5), i => $"vhci port {i} did not come up within 2.{i} s");
        int tried = await FailAsync(bench, TimeSpan.FromHours(1), i => $"vhci port {i} did not come up within 2.{i} s");
        Assert.InRange(tried, 55, 125);
    }

    [Fact]
    public async Task What_fails_another_way_each_time_is_tried_every_two_seconds_at_most()
    {
        await using AttachBench bench = Bench();
        Assert.InRange(await FailAsync(bench, TimeSpan.FromMinutes(1), i => i % 2 == 0 ? "one" : "another"), 20, 65);
    }

    [Fact]
    public async Task A_server_that_only_says_no_is_asked_every_two_seconds_at_most_for_that_resets_nothing()
    {
        await using AttachBench bench = Bench();
        int tried = 0;
        for (TimeSpan past = TimeSpan.Zero; past < TimeSpan.FromMinutes(1); past += s_step)
        {
            tried += await StepAsync(bench, _ => new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy), Device());
        }
        Assert.InRange(tried, 20, 65);
    }

    public static TheoryData<string> Afresh => ["a replug", "an hour's absence", "other options", "Reattach", "the Pi's return"];

    [Theory]
    [MemberData(nameof(Afresh))]
    public async Task It_is_tried_at_once_after(string what)
    {
        await using AttachBench bench = Bench();
        await FailAsync(bench, TimeSpan.FromMinutes(10), _ => "no driver");
        await AssertTriedAfterAsync(bench, what);
    }

    private static async Task AssertTriedAfterAsync(AttachBench bench, string what)
    {
        ExportedDevice device = Device();
        int before = bench.Attachments.Count;
        switch (what)
        {
            case "a replug": device = Device(devNum: 9); break;
            case "an hour's absence":
                bench.ListOfLongwire("attic", []);
                await bench.SettledAsync();
                bench.Time.Advance(TimeSpan.FromHours(1));
                bench.ListOfLongwire("attic", []);
                break;
            case "other options": bench.Load(Wishes([Pi("attic")], Rule("0658:0200"))); break;
            case "Reattach": bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Radio))); break;
            default: bench.Tell(new AttachEvent.PiSilent("attic", "no route")); break;
        }
        await bench.SettledAsync();
        if (what == "a replug") bench.Time.Advance(AttachTimers.StickGone);
        bench.List("attic", Device());
        await bench.SettledAsync();
        bench.List("attic", device);
        await bench.SettledAsync();
        Assert.Equal(before + 1, bench.Attachments.Count);
    }

    /// <summary>Who serves the stick, how its attachment ends, and whether it falls off its bus.</summary>
    public static TheoryData<bool, bool, bool> Losses => new()
    {
        { true, true, false },
        { true, true, true },
        { true, false, false },
        { false, false, false },
        { false, false, true },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task What_is_lost_right_after_each_attach_is_attached_about_once_a_minute_and_said_to_be_sick(
        bool longwire, bool closed, bool numbersAnew)
    {
        await using AttachBench bench = Bench();
        await LoseAsync(bench, TimeSpan.FromMinutes(5), longwire, closed, numbersAnew);
        Assert.InRange(await LoseAsync(bench, TimeSpan.FromHours(1), longwire, closed, numbersAnew), 55, 125);
        RadioSnapshot radio = Assert.Single(bench.Feed.Current.Radios);
        Assert.Equal(RadioStatus.Failed, radio.Status);
        Assert.Contains("again and again (it reset itself 3 times): the stick is sick", radio.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Afresh))]
    public async Task What_was_lost_right_after_each_attach_is_tried_at_once_after(string what)
    {
        await using AttachBench bench = Bench();
        await LoseAsync(bench, TimeSpan.FromMinutes(10), longwire: true, closed: true);
        await AssertTriedAfterAsync(bench, what);
    }

    [Fact]
    public async Task What_lasted_is_attached_at_once_when_it_is_lost()
    {
        await using AttachBench bench = Bench();
        for (int round = 0; round < 10; round++)
        {
            ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"), round);
            bench.Time.Advance(AttachTimers.Stable);
            bench.End(attachment, new AttachOutcome.Lost("it reset itself", PiSilent: false));
            await bench.SettledAsync();
        }
    }

    private static async Task<int> LoseAsync(
        AttachBench bench, TimeSpan during, bool longwire, bool closed, bool numbersAnew = false)
    {
        int before = bench.Attachments.Count;
        for (TimeSpan past = TimeSpan.Zero; past < during; past += s_step)
        {
            ExportedDevice device = Device(devNum: numbersAnew ? (uint)bench.EndedByTest + 3 : 3);
            if (longwire) bench.ListOfLongwire("attic", [], device);
            else bench.List("attic", device);
            await bench.SettledAsync();
            if (bench.Attachments.Count > bench.EndedByTest)
            {
                ScriptedAttachment attachment = bench.Attachments[^1];
                await bench.IdentifyAsync(attachment, device, IdentityOf("ZW0001"));
                bench.Tell(new AttachEvent.CameUp(attachment, 1));
                await bench.SettledAsync();
                bench.End(attachment, new AttachOutcome.Lost("it reset itself 3 times", PiSilent: false) { PiClosed = closed });
                await bench.SettledAsync();
            }
            bench.Time.Advance(s_step);
        }
        return bench.Attachments.Count - before;
    }

    private static AttachBench Bench()
    {
        var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        return bench;
    }

    private static async Task<int> FailAsync(AttachBench bench, TimeSpan during, Func<int, string> reason)
    {
        int tried = 0;
        for (TimeSpan past = TimeSpan.Zero; past < during; past += s_step)
        {
            tried += await StepAsync(bench, i => new AttachOutcome.Failed(reason(i)), Device());
        }
        return tried;
    }

    private static async Task<int> StepAsync(AttachBench bench, Func<int, AttachOutcome> outcome, ExportedDevice device)
    {
        bench.List("attic", device);
        await bench.SettledAsync();
        int before = bench.EndedByTest;
        for (int i = before; i < bench.Attachments.Count; i++) bench.End(bench.Attachments[i], outcome(i));
        await bench.SettledAsync();
        bench.Time.Advance(s_step);
        return bench.Attachments.Count - before;
    }
}
