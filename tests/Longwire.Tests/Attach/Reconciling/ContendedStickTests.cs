using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>
/// Servers on which a second import takes the stick away from the first: two machines must not take it from each other for ever.
/// </summary>
public sealed class ContendedStickTests
{
    private const string Radio = "0658_0200_ZW0001";

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_stick_that_is_lost_right_after_each_attach_is_tried_less_and_less_often(bool hidesWhatIsHeld, bool numbersAnew)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        int attached = 0;
        var at = new List<TimeSpan>();
        TimeSpan now = TimeSpan.Zero;
        for (; now < TimeSpan.FromHours(5); now += s_step)
        {
            ExportedDevice device = Device(devNum: numbersAnew ? (uint)(3 + attached) : 3);
            // The other machine has it.
            if (hidesWhatIsHeld && attached > 0) bench.List("attic");
            else bench.List("attic", device);
            await bench.SettledAsync();
            if (bench.Attachments.Count > attached)
            {
                ScriptedAttachment attachment = bench.Attachments[attached++];
                at.Add(now);
                await bench.IdentifyAsync(attachment, device, IdentityOf("ZW0001"));
                bench.Tell(new AttachEvent.CameUp(attachment, 1));
                await bench.SettledAsync();
                bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("closed", PiSilent: false) { PiClosed = true }));
                await bench.SettledAsync();
            }
            bench.Time.Advance(s_step);
        }
        Assert.InRange(at.Count(when => when < TimeSpan.FromMinutes(1)), 2, 6);
        Assert.InRange(at.Count, 5, 18);
        TimeSpan[] gaps = [.. at.Zip(at.Skip(1), (one, next) => next - one)];
        Assert.InRange(gaps.Max(), TimeSpan.FromMinutes(30), AttachTimers.ContendedCap + TimeSpan.FromSeconds(5));
        RadioSnapshot radio = Assert.Single(bench.Feed.Current.Radios);
        Assert.Equal(RadioStatus.Failed, radio.Status);
        Assert.Contains("another machine takes it", radio.Reason, StringComparison.Ordinal);
        Assert.Contains("the stick is sick", radio.Reason, StringComparison.Ordinal);
        // A hold would hide who takes it.
        Assert.Equal([false, false, true], bench.Attachments.Take(3).Select(one => one.Request.IsContended));

        int before = bench.Attachments.Count;
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Radio)));
        bench.List("attic", Device(devNum: 900));
        Assert.False((await bench.NextAttachmentAsync(before)).Request.IsContended);
    }

    [Fact]
    public async Task A_stick_that_is_taken_before_its_port_is_up_is_taken_as_well()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 2; round++)
        {
            bench.List("attic", Device());
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(round);
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001"));
            bench.End(attachment, new AttachOutcome.Failed("it was gone before its serial port had a name") { PiClosed = true });
            await bench.SettledAsync();
            bench.Time.Advance(AttachTimers.BackoffCap);
        }
        bench.List("attic", Device());
        Snapshot snapshot = await bench.UntilStatusAsync(Radio, RadioStatus.Failed);
        Assert.Contains("another machine takes it", snapshot.Radios[0].Reason, StringComparison.Ordinal);
        Assert.Equal(2, bench.Attachments.Count);
    }

    [Fact]
    public async Task What_else_goes_wrong_with_it_is_said_and_not_taken_for_another_machine()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 4; round++)
        {
            bench.List("attic", Device());
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(round);
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001"));
            bench.End(attachment, round < 2
                ? new AttachOutcome.Failed("it was gone before its serial port had a name") { PiClosed = true }
                : new AttachOutcome.Failed("all vhci ports are taken"));
            await bench.SettledAsync();
            bench.Time.Advance(AttachTimers.ContendedCap);
        }
        Assert.Equal("all vhci ports are taken", Assert.Single(bench.Feed.Current.Radios).Reason);
    }

    [Fact]
    public async Task The_wait_grows_on_while_the_other_one_has_it()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        int asked = 0;
        for (TimeSpan past = TimeSpan.Zero; past < TimeSpan.FromHours(1); past += s_step)
        {
            bench.List("attic", Device());
            await bench.SettledAsync();
            if (bench.Attachments.Count > asked)
            {
                ScriptedAttachment attachment = bench.Attachments[asked++];
                if (asked <= 2)
                {
                    await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001"));
                    bench.Tell(new AttachEvent.CameUp(attachment, 1));
                    await bench.SettledAsync();
                    bench.End(attachment, new AttachOutcome.Lost("closed", PiSilent: false) { PiClosed = true });
                }
                else
                {
                    bench.End(attachment, new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy));
                }
                await bench.SettledAsync();
            }
            bench.Time.Advance(s_step);
        }
        Assert.InRange(asked, 5, 14);
    }

    [Fact]
    public async Task Attachments_that_last_are_never_held_off()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 10; round++)
        {
            ScriptedAttachment attachment = await bench.AttachAsync(Device(devNum: (uint)(3 + round)), IdentityOf("ZW0001"), round);
            // Every other one lasts for long, and that makes up for the one before.
            bench.Time.Advance(round % 2 == 0 ? TimeSpan.FromSeconds(1) : AttachTimers.Uncontended);
            await bench.SettledAsync();
            bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
            await bench.SettledAsync();
            bench.Time.Advance(AttachTimers.BackoffCap);
        }
    }

    [Fact]
    public async Task A_Longwire_gives_a_stick_to_one_at_a_time_so_losses_there_are_its_own()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 5; round++)
        {
            bench.ListOfLongwire("attic", [], Device());
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(round);
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001"));
            bench.Tell(new AttachEvent.CameUp(attachment, 1));
            await bench.SettledAsync();
            bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("closed", PiSilent: false) { PiClosed = true }));
            await bench.SettledAsync();
            bench.Time.Advance(AttachTimers.BackoffCap);
        }
    }
}
