using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>Which stick gets the port of one whose session ended, and which never does.</summary>
public sealed class ReseatTests
{
    private const string Gone = "it is gone";
    private const bool Same = true, Anew = false;

    private static readonly SetupPacket[] s_configuration = [new(0, 9, 1, 0, 0)];
    private static readonly DeviceIdentity s_zwave = IdentityOf("ZW0001") with { Product = "UZB" };
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Queue<Func<IFarSession>> _answers = new();
    private int _asked;
    private BusId _at;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // A Pi that says in which start of its kernel it is, a stock one that says nothing, and one that was updated meanwhile.
    [Theory]
    [InlineData("zwave", 7, "a", "a", 200, Same)]
    [InlineData("zwave", 8, "a", "a", 1, Same)]
    [InlineData("zwave", 7, "a", "b", 1, Same)]
    [InlineData("zwave", 7, null, null, 200, Same)]
    [InlineData("zwave", 8, null, null, 1, Same)]
    [InlineData("zigbee", 7, "a", "a", 200, Same)]
    [InlineData("zigbee", 8, "a", "a", 1, Anew)]
    [InlineData("zigbee", 7, "a", "b", 1, Anew)]
    [InlineData("zigbee", 7, null, null, 1, Same)]
    [InlineData("zigbee", 7, null, null, 13, Anew)]
    [InlineData("zigbee", 8, null, null, 1, Anew)]
    [InlineData("zigbee", 7, "a", null, 1, Anew)]
    [InlineData("zigbee", 7, null, "a", 1, Anew)]
    public async Task A_stick_that_may_have_been_without_power_has_its_port_again_only_if_its_program_notices(
        string kind, int number, string? bootBefore, string? bootNow, int awaySeconds, bool expected)
    {
        DeviceIdentity identity = kind == "zwave" ? s_zwave : IdentityOf("ZW0001", "1cf1:0030");
        var lost = Session(identity, boot: bootBefore);
        var next = Session(identity, (uint)number, bootNow);
        _answers.Enqueue(() => next);
        (IFarSession? got, string? why) = await AskAsync(lost, identity, TimeSpan.FromSeconds(awaySeconds));
        Assert.Equal((expected, expected ? null : Reseat.PluggedAnew), (got is not null, why));
        // What is not let through is asked nothing, and let go.
        Assert.Equal((expected ? s_configuration : null, !expected), (next.Configured, next.IsDisposed));
    }

    [Theory]
    [InlineData("another serial")]
    [InlineData("no serial")]
    [InlineData("another product")]
    [InlineData("one byte of a descriptor")]
    public async Task Another_stick_never_gets_the_port(string what)
    {
        DeviceIdentity identity = s_zwave;
        byte[] descriptors = identity.Descriptors.ToArray();
        descriptors[^1] ^= 1;
        DeviceIdentity other = what switch
        {
            "another serial" => identity with { Serial = "ZW0002" },
            "no serial" => identity with { Serial = "" },
            "another product" => identity with { Product = "UZB7" },
            _ => identity with { Descriptors = descriptors },
        };
        var next = Session(other);
        _answers.Enqueue(() => next);
        (IFarSession? got, string? why) =
            await AskAsync(Session(identity), identity, TimeSpan.Zero);
        Assert.Null(got);
        Assert.StartsWith("another stick is there now", why, StringComparison.Ordinal);
        Assert.Equal((null, true), (next.Configured, next.IsDisposed));
    }

    [Fact]
    public async Task What_is_in_use_silent_or_not_there_yet_is_asked_for_again()
    {
        DeviceIdentity identity = s_zwave;
        var silent = Session(null);
        var unread = Session(identity with { Serial = null, Unread = DeviceTexts.Serial });
        var next = Session(identity);
        _answers.Enqueue(() => throw new IOException("nobody there"));
        _answers.Enqueue(() => throw NotGiven(UsbIpStatus.DeviceBusy));
        _answers.Enqueue(() => throw NotGiven(UsbIpStatus.NoSuchDevice));
        _answers.Enqueue(() => silent);
        _answers.Enqueue(() => unread);
        _answers.Enqueue(() => next);
        (IFarSession? got, _) = await AskAsync(Session(identity), identity, TimeSpan.Zero);
        Assert.Same(next, got);
        Assert.Equal((6, true, true, false), (_asked, silent.IsDisposed, unread.IsDisposed, next.IsDisposed));
    }

    [Fact]
    public async Task A_stick_that_its_Pi_does_not_have_is_waited_for_and_no_longer_than_that()
    {
        DeviceIdentity identity = s_zwave;
        long start = _time.GetTimestamp();
        (IFarSession? got, string? why) = await AskAsync(
            Session(identity), identity, TimeSpan.Zero,
            otherwise: () => throw NotGiven(UsbIpStatus.NoSuchDevice));
        Assert.Equal((null, Gone), (got, why));
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));
    }

    // As after a reboot of a Pi with two controllers, whose buses are numbered anew.
    [Theory]
    [InlineData("ZW0001", "0658:0200", Same)]
    [InlineData(null, "0658:0200", Anew)]
    [InlineData("533D004242", "1a86:55d4", Anew)]
    public async Task A_stick_at_the_same_bus_id_in_another_port_is_the_same_only_if_it_has_a_serial_of_its_own(
        string? serial, string id, bool expected)
    {
        DeviceIdentity identity = IdentityOf(serial, id) with { Product = "800 Z-Wave Stick" };
        var next = new ScriptedFarSession(
            ScriptedStick.Exported with { Path = "/sys/devices/platform/other/usb1/1-1/1-1.4" }, identity) { BootId = "b" };
        _answers.Enqueue(() => next);
        (IFarSession? got, string? why) = await AskAsync(Session(identity, boot: "a"), identity, TimeSpan.Zero);
        await next.DisposeAsync();
        Assert.Equal(expected, got is not null);
        if (!expected) Assert.Contains("in another port", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_that_somebody_else_has_is_waited_for_only_as_long_as_that_may_be_our_own_dead_session()
    {
        long start = _time.GetTimestamp();
        (IFarSession? got, string? why) = await AskAsync(
            Session(s_zwave), s_zwave, TimeSpan.Zero, otherwise: () => throw NotGiven(UsbIpStatus.DeviceBusy));
        Assert.Equal((null, "somebody else has it"), (got, why));
        Assert.InRange(_time.GetElapsedTime(start), AttachTimers.OwnRelease, AttachTimers.OwnRelease + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task What_is_wrong_at_a_place_that_was_told_is_no_verdict_and_it_is_asked_for_where_it_was()
    {
        BusId elsewhere = BusId.Parse("1-1.2");
        int askedThere = 0;
        Reseat reseat = Build(() => _at == elsewhere ? ++askedThere == 1 ? Session(s_zwave with { Serial = "ZW0002" }) : Session(s_zwave)
            : askedThere == 0 ? throw NotGiven(UsbIpStatus.NoSuchDevice) : Session(s_zwave));
        Task<(IFarSession? Next, string? Why)> asking = reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled);
        reseat.StickIsAt(elsewhere);
        Assert.NotNull((await UntilAsync(asking)).Next);
        Assert.Equal((1, ScriptedStick.Exported.BusId), (askedThere, _at));
    }

    [Fact]
    public async Task What_is_wrong_at_the_place_where_it_was_is_a_verdict_though_that_place_is_told_again_and_again()
    {
        Reseat? reseat = null;
        reseat = Build(() =>
        {
            reseat!.StickIsAt(ScriptedStick.Exported.BusId);
            return Session(s_zwave with { Serial = "ZW0002" });
        });
        (IFarSession? got, string? why) = await UntilAsync(reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled));
        Assert.Null(got);
        Assert.StartsWith("another stick is there now", why, StringComparison.Ordinal);
        // The first told place is that place, too.
        reseat.StickIsAt(ScriptedStick.Exported.BusId);
        (got, why) = await UntilAsync(reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled));
        Assert.StartsWith("another stick is there now", why, StringComparison.Ordinal);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task A_stick_that_is_elsewhere_is_asked_for_there_once_that_is_told_and_where_it_was_the_next_time()
    {
        BusId elsewhere = BusId.Parse("1-1.2");
        Reseat reseat = Build(() => _at == elsewhere ? Session(s_zwave) : throw NotGiven(UsbIpStatus.NoSuchDevice));
        Task<(IFarSession? Next, string? Why)> asking = reseat.AskAsync(
            What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled);
        Assert.Equal(ScriptedStick.Exported.BusId, _at);
        reseat.StickIsAt(elsewhere);
        Assert.NotNull((await UntilAsync(asking)).Next);
        Assert.Equal(elsewhere, _at);
        Assert.Equal(Gone, (await UntilAsync(reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled))).Why);
        Assert.Equal(ScriptedStick.Exported.BusId, _at);
    }

    [Fact]
    public async Task Told_that_the_stick_is_there_it_asks_without_waiting_for_its_time()
    {
        Reseat reseat = Build(() => Session(s_zwave));
        _answers.Enqueue(() => throw NotGiven(UsbIpStatus.NoSuchDevice));
        Task<(IFarSession? Next, string? Why)> asking =
            reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled);
        Assert.Equal(1, _asked);
        // The clock stands still.
        reseat.StickIsAt(ScriptedStick.Exported.BusId);
        Assert.NotNull((await asking.WaitAsync(s_deadline, Cancelled)).Next);
    }

    [Fact]
    public async Task Gone_once_more_and_told_again_it_is_asked_for_without_waiting_as_well()
    {
        Reseat reseat = Build(() => Session(s_zwave));
        for (int i = 0; i < 3; i++) _answers.Enqueue(() => throw NotGiven(UsbIpStatus.NoSuchDevice));
        Task<(IFarSession? Next, string? Why)> asking =
            reseat.AskAsync(What(Session(s_zwave), s_zwave, TimeSpan.Zero), Cancelled);
        // Nobody sees when it has begun to wait; until then what is told again is asked for a little later.
        long began = _time.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(s_deadline);
        while (!asking.IsCompleted)
        {
            reseat.StickIsAt(ScriptedStick.Exported.BusId);
            await Task.Delay(1, deadline.Token);
            // No further than that takes three times.
            if (_time.GetElapsedTime(began) < AttachTimers.Reseat) _time.Advance(AttachTimers.ReseatAgain / 10);
        }
        Assert.Equal(4, _asked);
        Assert.NotNull((await asking.WaitAsync(s_deadline, Cancelled)).Next);
    }

    [Fact]
    public async Task A_Pi_that_will_go_on_saying_no_is_believed_at_once()
    {
        DeviceIdentity identity = s_zwave;
        (IFarSession? got, string? why) = await AskAsync(
            Session(identity), identity, TimeSpan.Zero,
            otherwise: () => throw new CarrierException(new AttachOutcome.Failed("barred") { IsVerdict = true }, new IOException("no")));
        Assert.Equal((null, "barred", 1), (got, why, _asked));
    }

    [Fact]
    public async Task From_the_third_in_five_minutes_on_each_new_session_waits_longer_than_the_one_before()
    {
        DeviceIdentity identity = s_zwave;
        Reseat reseat = Build(() => Session(identity));
        var lost = Session(identity);
        var took = new List<TimeSpan>();
        for (int i = 0; i < 10; i++)
        {
            long start = _time.GetTimestamp();
            await UntilAsync(reseat.AskAsync(What(lost, identity, TimeSpan.Zero), Cancelled));
            took.Add(_time.GetElapsedTime(start));
            _time.Advance(AttachTimers.ReseatLasts);
        }
        Assert.All(took[..3], one => Assert.Equal(TimeSpan.Zero, one));
        Assert.InRange(took[3], AttachTimers.ReseatPause, AttachTimers.ReseatPause * 1.5);
        Assert.All(Enumerable.Range(4, 3), i => Assert.True(took[i] > took[i - 1], string.Join(' ', took)));
        Assert.InRange(took[^1], AttachTimers.ReseatPauseMost, AttachTimers.ReseatPauseMost * 1.1);
    }

    private static ScriptedFarSession Session(DeviceIdentity? identity, uint number = 7, string? boot = null) =>
        new(ScriptedStick.Exported with { DeviceNumber = number }, identity) { BootId = boot };

    private ReseatRequest What(IFarSession lost, DeviceIdentity identity, TimeSpan away)
    {
        long start = _time.GetTimestamp();
        return new ReseatRequest(
            lost, identity, s_configuration, () => away + _time.GetElapsedTime(start), Left: TimeSpan.FromMinutes(5));
    }

    private static CarrierException NotGiven(UsbIpStatus status) =>
        new(new AttachOutcome.NotGiven(status), new IOException($"{status}"));

    private Task<(IFarSession? Next, string? Why)> AskAsync(
        IFarSession lost, DeviceIdentity identity, TimeSpan away, Func<IFarSession>? otherwise = null) =>
        UntilAsync(Build(otherwise).AskAsync(What(lost, identity, away), Cancelled));

    private Reseat Build(Func<IFarSession>? otherwise) => new(
        (at, _, _) =>
        {
            _asked++;
            _at = at;
            return Task.FromResult((_answers.TryDequeue(out Func<IFarSession>? answer) ? answer : otherwise!)());
        },
        TimeSpan.FromSeconds(10), Gone, _time);

    private async Task<T> UntilAsync<T>(Task<T> task)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        return await task;
    }
}
