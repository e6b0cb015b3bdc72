using System.Diagnostics;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A person has a host take over a stick that the Pi keeps for another one, which is away.</summary>
public sealed class TakeOverTests : IAsyncLifetime
{
    private readonly LinkedPi _pi = new();
    private readonly RawHost _owner, _other, _third;
    private readonly RawSession _session;

    public TakeOverTests()
    {
#pragma warning disable CA2000 // They are the test's, and disposed with it.
        (_owner, _other, _third) = (new RawHost(_pi), new RawHost(_pi), new RawHost(_pi));
#pragma warning restore CA2000
        _session = new RawSession(_owner, _owner.Hello);
    }

    private Hello Wish => _other.Hello with { TakeOver = true };

    public async ValueTask InitializeAsync()
    {
        await _pi.PlugAsync();
        foreach (RawHost host in (RawHost[])[_owner, _other, _third]) await host.EnrolAsync();
        await _session.OpenAsync();
        await _session.SpeakAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(_pi.Log.Lines, line => line.Contains("fault of ours", StringComparison.Ordinal));
        await _session.DisposeAsync();
        await _pi.DisposeAsync();
        foreach (RawHost host in (RawHost[])[_owner, _other, _third]) host.Dispose();
    }

    [Fact]
    public async Task A_stick_whose_host_is_there_is_not_given_and_that_host_notices_nothing()
    {
        Assert.Equal(RefusalReason.InUse, await _other.AskAsync(Wish));
        Assert.False(_session.Connection.Lost.IsCompleted);
        await _session.SpeakAsync();
        Assert.Equal(1, _pi.Imports);
        Assert.Contains(_pi.Log.Lines, line => line.Contains("keeps it: it is connected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stick_whose_host_is_away_is_given_once_nothing_was_heard_of_it_for_3_s()
    {
        long before = Stopwatch.GetTimestamp();
        await _session.SpeakAsync();
        await LeaveAsync();
        await using var taken = new RawSession(_other, Wish);
        int refused = 0;
        while (await TryAsync(taken) is var no && no != RefusalReason.None)
        {
            Assert.Equal(RefusalReason.InUse, no);
            refused++;
            Assert.InRange(Stopwatch.GetElapsedTime(before), TimeSpan.Zero, RawHost.Deadline);
        }
        Assert.InRange(Stopwatch.GetElapsedTime(before), LinkTimers.LostAfter, RawHost.Deadline);
        Assert.NotEqual(0, refused);
        await taken.SpeakAsync();
        Assert.Equal(2, _pi.Imports);
    }

    [Fact]
    public async Task A_host_that_does_not_ask_for_it_gets_nothing_of_another_ones_however_long_that_is_away()
    {
        await LeaveAsync();
        _pi.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(RefusalReason.InUse, await _other.AskAsync(Wish with { TakeOver = false }));
        await _session.ConnectAsync();
        await _session.SpeakAsync();
        Assert.Equal(1, _pi.Imports);
    }

    [Fact]
    public async Task The_session_of_before_is_dead_for_good_and_its_host_is_told_so_whoever_has_the_stick_by_then()
    {
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        var taken = new RawSession(_other, Wish);
        await using (taken)
        {
            await taken.ConnectAsync();
            Hello stale = _session.Next;
            Assert.Equal(RefusalReason.TakenOver, await _owner.AskAsync(stale));
            Assert.Equal(RefusalReason.TakenOver, await _owner.AskAsync(stale with { Resume = false, Epoch = 1, NextExpected = 1 }));
            // It has it back by a person's wish alone.
            Assert.Equal(RefusalReason.InUse, await _owner.AskAsync(Fresh(_owner)));
            // Nor by a later start of its program.
            Assert.Equal(
                RefusalReason.InUse, await _owner.AskAsync(Fresh(_owner) with { Instance = InstanceNonce.Create(), StartCounter = 99 }));
            await taken.SpeakAsync();
            taken.Connection.Say(End());
            await taken.EndAsync();
        }
        await using var back = new RawSession(_owner, Fresh(_owner));
        await UntilGivenAsync(back);
        await back.SpeakAsync();
        Assert.Equal(RefusalReason.TakenOver, await _owner.AskAsync(_session.Next));
        // To another key it never was anything.
        Assert.Equal(RefusalReason.UnknownSession, await _third.AskAsync(_session.Next));
    }

    [Fact]
    public async Task Who_took_it_over_is_as_safe_as_anybody_while_it_is_there_and_can_lose_it_the_same_way()
    {
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        await using var taken = new RawSession(_other, Wish);
        await taken.ConnectAsync();
        await taken.SpeakAsync();
        Assert.Equal(RefusalReason.InUse, await _owner.AskAsync(Fresh(_owner) with { TakeOver = true }));
        await taken.SpeakAsync();
        // A lost connection of its own is resumed as any other, and the wish is none any more.
        await taken.ConnectAsync();
        await taken.SpeakAsync();
        await LeaveAsync(taken);
        _pi.Pass(LinkTimers.LostAfter);
        await using var back = new RawSession(_owner, Fresh(_owner) with { TakeOver = true });
        await back.ConnectAsync();
        await back.SpeakAsync();
        Assert.Equal(RefusalReason.TakenOver, await _other.AskAsync(taken.Next));
    }

    [Fact]
    public async Task A_host_that_was_welcomed_again_a_moment_ago_is_there_though_its_connection_is_lost_again()
    {
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        long back = Stopwatch.GetTimestamp();
        await _session.ConnectAsync();
        await LeaveAsync();
        RefusalReason no = await _other.AskAsync(Wish);
        // On a machine that stood still for so long, it has been away for so long.
        if (Stopwatch.GetElapsedTime(back) < LinkTimers.LostAfter) Assert.Equal(RefusalReason.InUse, no);
    }

    [Fact]
    public async Task A_host_that_has_said_hello_a_moment_ago_is_there_though_that_was_refused()
    {
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        long back = Stopwatch.GetTimestamp();
        Assert.Equal(RefusalReason.ProtocolError, await _owner.AskAsync(_session.Next with { NextExpected = _session.Taken + 1000 }));
        RefusalReason no = await _other.AskAsync(Wish);
        if (Stopwatch.GetElapsedTime(back) < LinkTimers.LostAfter) Assert.Equal(RefusalReason.InUse, no);
    }

    [Fact]
    public async Task A_connection_that_stands_counts_though_nothing_came_over_it_for_3_s()
    {
        await using LinkConnection takes = await _other.ConnectAsync();
        _pi.Pass(LinkTimers.LostAfter);
        // It is found silent at any moment now; only from then on its host is away.
        if (await RawHost.VerdictAsync(takes, Wish) == RefusalReason.None) Assert.NotEqual(0, Away());
        else Assert.DoesNotContain(_pi.Log.Lines, line => line.Contains("over from", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stick_that_is_just_being_given_back_is_waited_for()
    {
        var finishes = new TaskCompletionSource();
        _pi.KernelFinishes = finishes.Task;
        _session.Connection.Say(End());
        await _session.EndAsync();
        Task<RefusalReason> asking = _other.AskAsync(Wish);
        Assert.NotEqual(asking, await Task.WhenAny(asking, Task.Delay(100, RawHost.Cancelled)));
        finishes.SetResult();
        Assert.Equal(RefusalReason.None, await asking);
        Assert.Equal(RefusalReason.UnknownSession, await _owner.AskAsync(_session.Next));
    }

    [Fact]
    public async Task Of_the_host_that_comes_back_in_the_same_moment_and_the_one_that_takes_over_exactly_one_has_it()
    {
        int taken = 0;
        for (int round = 0; round < 12; round++)
        {
            await using var owner = new RawSession(_owner, Fresh(_owner));
            await using var other = new RawSession(_other, Fresh(_other) with { TakeOver = true });
            if (round > 0) await UntilGivenAsync(owner);
            RawSession away = round > 0 ? owner : _session;
            await LeaveAsync(away);
            _pi.Pass(LinkTimers.LostAfter);
            await using LinkConnection resumes = await _owner.ConnectAsync();
            await using LinkConnection takes = await _other.ConnectAsync();
            Hello back = away.Next;
            Task<RefusalReason> resumed = Task.Run(() => RawHost.VerdictAsync(resumes, back));
            Task<RefusalReason> given = Task.Run(() => RawHost.VerdictAsync(takes, Fresh(_other) with { TakeOver = true }));
            (RefusalReason ofOwner, RefusalReason ofOther) = (await resumed, await given);
            Assert.True(
                (ofOwner, ofOther) is (RefusalReason.None, RefusalReason.InUse) or (RefusalReason.TakenOver, RefusalReason.None),
                $"{ofOwner}, {ofOther}");
            if (ofOther == RefusalReason.None) taken++;
            // Both leave, and the Pi keeps it for one of them, which has it afresh.
            RawHost winner = ofOther == RefusalReason.None ? _other : _owner;
            await resumes.DisposeAsync();
            await takes.DisposeAsync();
            await EndAsync(winner);
        }
        TestContext.Current.SendDiagnosticMessage($"taken over {taken} of 12 times");
    }

    [Fact]
    public async Task Of_two_hosts_that_take_it_over_at_once_exactly_one_has_it()
    {
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        await using LinkConnection one = await _other.ConnectAsync();
        await using LinkConnection two = await _third.ConnectAsync();
        RefusalReason[] verdicts = await Task.WhenAll(
            Task.Run(() => RawHost.VerdictAsync(one, Wish)),
            Task.Run(() => RawHost.VerdictAsync(two, _third.Hello with { TakeOver = true })));
        Assert.Equal([RefusalReason.None, RefusalReason.InUse], verdicts.Order());
        Assert.Equal(2, _pi.Imports);
    }

    [Fact]
    public async Task A_stick_that_was_unplugged_meanwhile_is_told_as_gone_and_can_be_had_once_it_is_back()
    {
        await LeaveAsync();
        await _pi.PullAsync();
        _pi.Pass(LinkTimers.LostAfter);
        // The session ended with the stick, and the Pi may not have looked at that yet.
        RefusalReason no;
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while ((no = await _other.AskAsync(Wish)) == RefusalReason.InUse) deadline.Token.ThrowIfCancellationRequested();
        Assert.Equal(RefusalReason.UnknownSubject, no);
        await _pi.PlugAsync();
        await using var taken = new RawSession(_other, Fresh(_other) with { TakeOver = true });
        await UntilGivenAsync(taken);
        await taken.SpeakAsync();
    }

    [Fact]
    public async Task A_stick_that_is_unplugged_between_the_end_and_the_handing_over_is_told_as_gone()
    {
        var finishes = new TaskCompletionSource();
        _pi.KernelFinishes = finishes.Task;
        await LeaveAsync();
        _pi.Pass(LinkTimers.LostAfter);
        Task<RefusalReason> asking = _other.AskAsync(Wish);
        await UntilSaidAsync("takes the stick at 1-1 over");
        // In its place nobody comes first, not even with the same wish.
        Assert.Equal(RefusalReason.InUse, await _third.AskAsync(_third.Hello with { TakeOver = true }));
        await _pi.PullAsync();
        finishes.SetResult();
        Assert.Equal(RefusalReason.UnknownSubject, await asking);
        Assert.Equal(1, _pi.Imports);
    }

    [Fact]
    public async Task The_same_key_goes_on_by_its_start_counter_and_the_wish_changes_nothing_of_that()
    {
        await LeaveAsync();
        _pi.Pass(TimeSpan.FromMinutes(1));
        Hello earlier = Fresh(_owner) with { Instance = InstanceNonce.Create(), StartCounter = 0, TakeOver = true };
        Assert.Equal(RefusalReason.Superseded, await _owner.AskAsync(earlier));
        await _session.ConnectAsync();
        await _session.SpeakAsync();
        await using var later = new RawSession(
            _owner, Fresh(_owner) with { Instance = InstanceNonce.Create(), StartCounter = 2, TakeOver = true });
        await later.ConnectAsync();
        Assert.Equal(EndReason.Superseded, await _session.EndAsync());
        await later.SpeakAsync();
    }

    private static Hello Fresh(RawHost host) => host.Hello with { SessionId = SessionId.Create() };

    private static byte[] End()
    {
        byte[] frame = new byte[EndFrame.Size];
        new EndFrame(EndReason.Requested, 0).Write(frame);
        return frame;
    }

    private static async Task<RefusalReason> TryAsync(RawSession session)
    {
        try
        {
            await session.ConnectAsync();
            return RefusalReason.None;
        }
        catch (LinkRefusedException e)
        {
            return e.Refusal.Reason;
        }
    }

    // What was just given back is not there to be given again at once.
    private static async Task UntilGivenAsync(RawSession session)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (await TryAsync(session) is var no && no != RefusalReason.None)
        {
            Assert.True(no is RefusalReason.InUse or RefusalReason.UnknownSubject or RefusalReason.NotReady, no.ToString());
            await Task.Delay(10, deadline.Token);
        }
    }

    private Task LeaveAsync() => LeaveAsync(_session);

    // The connection is lost at once; whoever is away is so once the Pi has noticed that.
    private async Task LeaveAsync(RawSession session)
    {
        int before = Away();
        await session.Connection.DisposeAsync();
        await UntilAsync(() => Away() > before);
    }

    private int Away() => _pi.Log.Lines.Count(line => line.Contains("is kept for it", StringComparison.Ordinal));

    // A session that nobody wants any more: its host takes it afresh, and ends it.
    private async Task EndAsync(RawHost host)
    {
        await using var last = new RawSession(host, Fresh(host));
        await UntilGivenAsync(last);
        last.Connection.Say(End());
        await last.EndAsync();
        await last.DisposeAsync();
        await UntilAsync(() => !_pi.IsServing);
    }

    private Task UntilSaidAsync(string part) => UntilAsync(() => _pi.Log.Lines.Any(line => line.Contains(part, StringComparison.Ordinal)));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!condition()) await Task.Delay(5, deadline.Token);
    }
}
