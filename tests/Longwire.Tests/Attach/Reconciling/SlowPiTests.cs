using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Attach.Ports;
using Longwire.State;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>
/// A Pi that takes connections and answers too late. A stock usbipd serves one client at a time: while an import is under way there, nobody
/// gets the list either.
/// </summary>
public sealed class SlowPiTests
{
    private const string Radio = "0658_0200_ZW0001";

    private static readonly AttachOutcome s_late = new AttachOutcome.Failed("slow") { PiSlow = true };
    private static readonly AttachEvent s_noList = new AttachEvent.PiSilent(
        "attic", "reading the device list: not done within 2 s", Accepted: true);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Imports_that_take_too_long_leave_a_radio_failed_and_its_Pi_reachable_whatever_its_list_does()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 3; round++)
        {
            bench.List("attic", Device());
            ScriptedAttachment assignment = await bench.NextAttachmentAsync(round);
            if (round > 0) AssertFailedAndReachable(bench);
            bench.Tell(new AttachEvent.Ended(assignment, s_late));
            await bench.SettledAsync();
            AssertFailedAndReachable(bench);
            bench.Tell(s_noList);
            await bench.SettledAsync();
            AssertFailedAndReachable(bench);
            bench.Time.Advance(AttachTimers.BackoffCap);
        }
        Assert.Empty(bench.TakeEvents());
    }

    [Fact]
    public async Task Nothing_more_is_asked_of_it_until_it_has_answered()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device("1-1.2"), Device("1-1.3", 4));
        ScriptedAttachment one = await bench.NextAttachmentAsync(), other = await bench.NextAttachmentAsync(1);
        bench.Tell(new AttachEvent.Ended(one, s_late));
        bench.Tell(new AttachEvent.Ended(other, new AttachOutcome.Failed("its back-off is over soon")));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.SettledAsync();
        Assert.Equal(2, bench.Attachments.Count);
        Assert.NotNull(bench.Watches["attic"].Interval);
        bench.List("attic", Device("1-1.2"), Device("1-1.3", 4));
        await bench.NextAttachmentAsync(3);
    }

    [Fact]
    public async Task An_import_that_we_gave_up_waiting_for_is_not_taken_for_somebody_elses()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), s_late));
        await bench.SettledAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        // It has carried it out by now, and does not know yet that nobody waits.
        bench.List("attic");
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(1), new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy)));
        await bench.SettledAsync();
        AssertFailedAndReachable(bench);
    }

    [Fact]
    public async Task A_radio_that_is_lost_while_the_Pi_hangs_is_failed_with_that_reason()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(s_noList);
        await bench.SettledAsync();
        Assert.Equal(RadioStatus.Attached, Assert.Single(bench.Feed.Current.Radios).Status);
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        bench.Tell(s_noList);
        bench.Tell(s_noList);
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Failed)).Radios);
        Assert.Contains("does not answer in time", radio.Reason, StringComparison.Ordinal);
        Assert.Contains("restart", radio.Reason, StringComparison.Ordinal);
        bench.Time.Advance(AttachTimers.BackoffCap);
        await bench.AttachAsync(Device(devNum: 4), IdentityOf("ZW0001"), index: 1);
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
    }

    [Fact]
    public async Task One_list_that_comes_late_is_no_news_of_a_radio_that_is_missing_and_the_second_in_a_row_is()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        for (int round = 0; round < 3; round++)
        {
            bench.ListOfLongwire("attic", []);
            await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
            bench.Tell(s_noList);
            await bench.SettledAsync();
            Assert.Equal(RadioStatus.Unplugged, Assert.Single(bench.Feed.Current.Radios).Status);
        }
        bench.Tell(s_noList);
        await bench.UntilStatusAsync(Radio, RadioStatus.Failed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Pi_that_gives_us_all_that_we_want_and_no_list_is_not_asked_again_until_a_loss_and_not_called_slow(bool mayHaveNew)
    {
        await using var bench = new AttachBench();
        bench.Load(mayHaveNew ? Wishes([Pi("attic")]) : Wishes([Pi("attic")], Rule("0658:0200:ZW0001")));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Assert.NotNull(bench.Watches["attic"].Interval);
        bench.Tell(s_noList);
        await bench.SettledAsync();
        Assert.Equal(mayHaveNew ? AttachTimers.PollUnanswered : null, bench.Watches["attic"].Interval);
        bench.EndsByHand = true;
        bench.Tell(new AttachEvent.WentDown(attachment, new AttachOutcome.Lost("pulled", PiSilent: false) { PiClosed = true }));
        await bench.SettledAsync();
        Assert.NotEqual(RadioStatus.Failed, Assert.Single(bench.Feed.Current.Radios).Status);
        Assert.InRange(bench.Watches["attic"].Interval!.Value, AttachTimers.PollAtOnce, AttachTimers.PollFast);
    }

    [Fact]
    public async Task A_Longwire_that_gives_no_list_once_is_asked_on()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200:ZW0001")));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.ListOfLongwire("attic", []);
        bench.Tell(s_noList);
        await bench.SettledAsync();
        Assert.Equal(AttachTimers.PollServing, bench.Watches["attic"].Interval);
    }

    [Fact]
    public async Task A_Pi_that_lacks_a_radio_is_asked_on_whatever_it_leaves_unanswered()
    {
        await using var bench = new AttachBench(Known("other", "ZW0002", port: "1.4"));
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        bench.Tell(s_noList);
        await bench.SettledAsync();
        Assert.NotNull(bench.Watches["attic"].Interval);
    }

    [Fact]
    public async Task A_Pi_that_was_never_heard_and_one_that_takes_no_connection_any_more_are_unreachable()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.Tell(s_noList);
        await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
        bench.List("attic", Device());
        bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), s_late));
        await bench.UntilStatusAsync(Radio, RadioStatus.Failed);
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
    }

    [Fact]
    public async Task A_list_that_does_not_come_in_time_says_so_and_a_connection_that_is_cut_does_not()
    {
        Assert.True(Assert.IsType<AttachEvent.PiSilent>(await AskAsync(client => client.StaySilentAsync())).Accepted);
        Assert.False(Assert.IsType<AttachEvent.PiSilent>(await AskAsync(async client =>
        {
            await client.ReceiveListRequestAsync();
            client.Reset();
        })).Accepted);
    }

    [Fact]
    public async Task An_import_without_an_answer_is_the_Pis_slowness()
    {
        using var sysfs = new FakeSysfs();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(client => client.StaySilentAsync());
        var events = Channel.CreateBounded<AttachEvent>(10);
        var time = new FakeTimeProvider();
        var kernel = new AttachKernel(sysfs.Root);
        await using var hubs = new HubAuthorization(kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        var store = new MemoryStore(new MemoryFile(sysfs.Folder), time, NullLogger.Instance, _ => { });
        using var attachment = new Attachment(
            new AttachRequest(Pi("attic") with { EndPoint = usbipd.EndPoint }, Device().BusId, LastCarrier: default, IsKnown: false),
            new AttachmentContext(kernel, hubs, time, NullLogger.Instance),
            events.Writer,
            store,
            new StockCarrierOpener(time));
        Task running = attachment.RunAsync();
        AttachOutcome outcome = Assert.IsType<AttachEvent.Ended>(await NextAsync(events.Reader, time)).Outcome;
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<AttachOutcome.Failed>(outcome).PiSlow);
    }

    private static void AssertFailedAndReachable(AttachBench bench)
    {
        Assert.Equal((RadioStatus.Failed, "slow"), (bench.Feed.Current.Radios[0].Status, bench.Feed.Current.Radios[0].Reason));
        Assert.True(bench.Feed.Current.Pis[0].Reachable);
    }

    private static async Task<AttachEvent> AskAsync(Func<FakeClient, Task> script)
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(script);
        var events = Channel.CreateBounded<AttachEvent>(10);
        var time = new FakeTimeProvider();
        using var watch = new PiWatch(Pi("attic") with { EndPoint = usbipd.EndPoint }, events.Writer, time, NullLogger.Instance);
        Task running = watch.RunAsync();
        AttachEvent answer = await NextAsync(events.Reader, time);
        watch.Stop();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        return answer;
    }

    // The connection is real and takes a moment; the deadline behind it is the clock's.
    private static async Task<AttachEvent> NextAsync(ChannelReader<AttachEvent> events, FakeTimeProvider time)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        AttachEvent? next;
        while (!events.TryRead(out next))
        {
            deadline.Token.ThrowIfCancellationRequested();
            time.Advance(ClientTimers.ListReply / 20);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        return next;
    }
}
