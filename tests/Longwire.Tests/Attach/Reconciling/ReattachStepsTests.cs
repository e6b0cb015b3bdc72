using Longwire.Attach;
using Longwire.Link.Wire;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Reattach, pressed again and again: each time the Pi does more about a stick that hangs, as far as it can.</summary>
public sealed class ReattachStepsTests : IAsyncDisposable
{
    private static readonly BusId s_busId = BusId.Parse("1-1.2");

    private readonly AttachBench _bench = Lives.Start(RadioStatus.Attached);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Pressed_again_within_two_minutes_its_Pi_does_more_each_time_and_the_event_names_it()
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        Assert.Empty(Resets);

        await PressAgainAsync(ResetStep.Rebind);
        await BackAsync("reattached: its Pi unbound the stick and bound it again");
        await PressAgainAsync(ResetStep.Reauthorize);
        await BackAsync("reattached: its Pi took the stick's authorization away and gave it back");
        // There is nothing beyond.
        await PressAgainAsync(ResetStep.Reauthorize);
        await BackAsync("reattached: its Pi took the stick's authorization away and gave it back");
        Assert.Equal(
            [(s_busId, ResetStep.Rebind), (s_busId, ResetStep.Reauthorize), (s_busId, ResetStep.Reauthorize)], Resets);

        // Later it begins anew.
        _bench.Time.Advance(AttachTimers.ReattachAgain);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        Assert.Equal(3, Resets.Count);
        Assert.Equal(0, _bench.Memory.Find(Lives.Radio)!.Disconnects);
        Assert.Contains(_bench.Log.Lines, line => line.Contains("(unbind and bind)", StringComparison.Ordinal));
        Assert.Contains(_bench.Log.Lines, line => line.Contains("(deauthorize and authorize)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_not_imported_before_its_Pi_is_done()
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAsync();
        int attachments = _bench.Attachments.Count;
        _bench.List("attic", Device());
        await _bench.SettledAsync();
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        await _bench.SettledAsync();
        Assert.Equal(attachments, _bench.Attachments.Count);
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, ResetStep.Rebind, ResetOutcome.Done));
        await _bench.NextAttachmentAsync(attachments);
    }

    [Fact]
    public async Task A_Pi_that_does_not_answer_is_not_waited_for_without_end()
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAsync();
        // Neither to this question, nor of this stick, nor of this Pi.
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, ResetStep.Reauthorize, ResetOutcome.Done));
        _bench.Tell(new AttachEvent.StickReset("attic", BusId.Parse("1-1.3"), ResetStep.Rebind, ResetOutcome.Done));
        _bench.Tell(new AttachEvent.StickReset("cellar", s_busId, ResetStep.Rebind, ResetOutcome.Done));
        await _bench.SettledAsync();
        int attachments = _bench.Attachments.Count;
        _bench.Time.Advance(AttachTimers.StickReset - TimeSpan.FromSeconds(1));
        await _bench.SettledAsync();
        Assert.Equal(attachments, _bench.Attachments.Count);
        // Without any news.
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        await _bench.NextAttachmentAsync(attachments);
        await BackAsync(
            "reattached: it was detached and attached again; its Pi did not say in time whether it unbound the stick and bound it again");
    }

    [Theory]
    [InlineData(nameof(ResetAsking.NotPaired), "of a Pi that is not paired no more can be asked")]
    [InlineData(nameof(ResetAsking.Older), "the Longwire on its Pi is older and can do no more: update it")]
    [InlineData(nameof(ResetAsking.Away), "its Pi is away")]
    public async Task Where_no_more_can_be_done_it_is_attached_afresh_at_once_and_the_event_says_so(string asking, string said)
    {
        await AttachedAsync(Enum.Parse<ResetAsking>(asking));
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAsync();
        await BackAsync(said);
        Assert.Single(Resets);
        Assert.Contains(_bench.Log.Lines, line => line.Contains(said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ResetOutcome.InUse, "another host has the stick")]
    [InlineData(ResetOutcome.Gone, "the stick is not plugged in there")]
    [InlineData(ResetOutcome.NotServed, "does not serve the stick now")]
    [InlineData(ResetOutcome.Failed, "tried to do more and could not")]
    [InlineData((ResetOutcome)77, "does not serve the stick now")]
    public async Task What_its_Pi_did_not_do_is_told(ResetOutcome outcome, string said)
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAgainAsync(ResetStep.Rebind, outcome);
        await BackAsync(said);
    }

    [Fact]
    public async Task Not_back_in_time_it_is_lost_and_the_loss_says_what_was_done()
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAgainAsync(ResetStep.Rebind);
        _bench.Time.Advance(AttachTimers.Reattach);
        await _bench.UntilAsync(snapshot => snapshot.Radios[0].Disconnects == 1);
        Assert.Equal(
            "not back within 30 s of a reattach (reattached: its Pi unbound the stick and bound it again)",
            Assert.Single(_bench.TakeEvents()).Reason);
        // What comes of itself later has nothing to do with it.
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        await BackAsync(null);
    }

    [Fact]
    public async Task Pressed_again_while_its_Pi_is_at_it_the_Pi_does_the_next_thing()
    {
        await AttachedAsync(ResetAsking.Asked);
        await PressAsync();
        await BackAsync("reattached: it was detached and attached again");
        await PressAsync();
        await PressAsync();
        Assert.Equal([ResetStep.Rebind, ResetStep.Reauthorize], Resets.Select(reset => reset.Step));
        int attachments = _bench.Attachments.Count;
        _bench.List("attic", Device());
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, ResetStep.Rebind, ResetOutcome.NotServed));
        await _bench.SettledAsync();
        Assert.Equal(attachments, _bench.Attachments.Count);
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, ResetStep.Reauthorize, ResetOutcome.Done));
        await BackAsync("reattached: its Pi took the stick's authorization away and gave it back");
    }

    [Fact]
    public async Task Pressed_once_more_while_its_Pi_is_at_the_last_step_that_is_not_asked_twice()
    {
        await AttachedAsync(ResetAsking.Asked);
        for (int i = 0; i < 5; i++) await PressAsync();
        Assert.Equal([ResetStep.Rebind, ResetStep.Reauthorize], Resets.Select(reset => reset.Step));
        int attachments = _bench.Attachments.Count;
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, ResetStep.Reauthorize, ResetOutcome.Done));
        await _bench.NextAttachmentAsync(attachments);
    }

    [Fact]
    public async Task Where_it_was_before_nothing_is_touched_once_its_Pi_does_not_list_it()
    {
        await AttachedAsync(ResetAsking.Asked);
        var loss = new AttachOutcome.Lost("unplugged", PiSilent: false);
        _bench.Tell(new AttachEvent.WentDown(_bench.Attachments[^1], loss));
        _bench.Tell(new AttachEvent.Ended(_bench.Attachments[^1], loss));
        for (int i = 0; i < 3; i++)
        {
            _bench.ListOfLongwire("attic", []);
            await _bench.SettledAsync();
            _bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Lives.Radio)));
            await _bench.SettledAsync();
        }
        Assert.Empty(Resets);
        Assert.Contains(_bench.Log.Lines, line => line.Contains(
            "it was tried at once; its Pi could do no more, for it lists no such stick", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_radio_that_is_detached_nothing_is_asked()
    {
        await AttachedAsync(ResetAsking.Asked);
        _bench.Tell(new AttachEvent.Commanded(new RadioCommand.SetWanted(Lives.Radio, false)));
        for (int i = 0; i < 3; i++) await PressAsync();
        Assert.Empty(Resets);
    }

    private List<(BusId Stick, ResetStep Step)> Resets => _bench.Watches["attic"].Resets;

    private async Task AttachedAsync(ResetAsking asking)
    {
        await Lives.BringAsync(_bench, RadioStatus.Attached);
        _bench.Watches["attic"].CanReset = asking;
        _bench.TakeEvents();
    }

    private async Task PressAsync()
    {
        _bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(Lives.Radio)));
        await _bench.SettledAsync();
        _bench.List("attic", Device());
        await _bench.SettledAsync();
    }

    private async Task PressAgainAsync(ResetStep step, ResetOutcome outcome = ResetOutcome.Done)
    {
        await PressAsync();
        Assert.Equal(step, Resets[^1].Step);
        _bench.Tell(new AttachEvent.StickReset("attic", s_busId, step, outcome));
        await _bench.SettledAsync();
    }

    private async Task BackAsync(string? said)
    {
        ScriptedAttachment latest = await UntilStartedAsync();
        Assert.IsType<AttachDecision.Attach>(await _bench.IdentifyAsync(latest, Device(), IdentityOf("ZW0001")));
        _bench.Tell(new AttachEvent.CameUp(latest, 1));
        await _bench.UntilStatusAsync(Lives.Radio, RadioStatus.Attached);
        await _bench.SettledAsync();
        RadioEvent came = Assert.Single(_bench.TakeEvents());
        Assert.Equal(RadioEventType.Attached, came.Type);
        if (said is null) Assert.Null(came.Reason);
        else Assert.Contains(said, came.Reason, StringComparison.Ordinal);
    }

    private async Task<ScriptedAttachment> UntilStartedAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            lock (_bench.Attachments)
            {
                if (_bench.Attachments[^1] is { Cancelled: false } running) return running;
            }
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
