using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Reads every event of the attach side, alone owns its state, compares what is wanted with what is, and starts or ends one
/// attachment per radio. After each event it publishes a snapshot if anything changed.
/// </summary>
/// <remarks>
/// Here: the loop. What an event changes stands in <see cref="PiChanges"/>, <see cref="PiSilence"/>, <see cref="AttachmentChanges"/>,
/// <see cref="HoldChanges"/> and <see cref="OptionsChanges"/>; what follows from it, whatever the event was, in <see cref="Convergence"/>.
/// </remarks>
internal sealed class Reconciler
{
    private readonly ChannelReader<AttachEvent> _events;
    private readonly AttachState _state;
    private readonly PiChanges _piChanges;
    private readonly PiSilence _piSilence;
    private readonly AttachmentChanges _attachmentChanges;
    private readonly HoldChanges _holdChanges;
    private readonly OptionsChanges _optionsChanges;
    private readonly Convergence _convergence;
    private readonly Action<UsbIp.Uevents.Uevent> _kernelChanged;
    private readonly ILogger _logger;
    private readonly List<(RadioCommand.Awaited Command, string? WhyNot)> _owed = [];

    /// <param name="kernelChanged">Told of all kernel news besides the attachments: the watch over other people's ports.</param>
    public Reconciler(ChannelReader<AttachEvent> events, AttachState state, Action<UsbIp.Uevents.Uevent> kernelChanged)
    {
        _events = events;
        _kernelChanged = kernelChanged;
        _state = state;
        _logger = state.Logger;
        _piChanges = new PiChanges(_state);
        _piSilence = new PiSilence(_state);
        _attachmentChanges = new AttachmentChanges(_state);
        _holdChanges = new HoldChanges(_state);
        _optionsChanges = new OptionsChanges(_state);
        _convergence = new Convergence(_state);
    }

    /// <summary>What is to be remembered. Valid once <see cref="RunAsync"/> has returned.</summary>
    public AttachMemory Memory => _state.Memory;

    /// <summary>Runs until cancelled; then ends every attachment, waits for their ports to be free, and returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _state.LookAtClock();
        _convergence.Settle();
        while (!cancellationToken.IsCancellationRequested)
        {
            AttachEvent? attachEvent = await NextAsync(_convergence.WakeAt, cancellationToken);
            _state.LookAtClock();
            // Without an event something is due.
            bool isNews = attachEvent is null || _convergence.WakeAt <= _state.Now;
            // What has piled up is one change to those who look at it.
            for (AttachEvent? next = attachEvent; next is not null; next = _events.TryRead(out AttachEvent? more) ? more : null)
            {
                _state.LookAtClock();
                isNews |= IsNews(next);
            }
            // Told to stop: nothing new is begun, and nothing is said before the last word.
            if (isNews && !cancellationToken.IsCancellationRequested) _convergence.Settle();
            AnswerWhoWaits();
        }
        await StopAsync();
    }

    /// <returns>Whether anything may follow from it.</returns>
    private bool IsNews(AttachEvent attachEvent)
    {
        if (attachEvent is not AttachEvent.PiAnswered answered || !_state.Pis.TryGetValue(answered.PiId, out PiState? pi))
        {
            Apply(attachEvent);
            return true;
        }
        PiPicture before = PiPicture.Of(pi);
        Apply(attachEvent);
        return before != PiPicture.Of(pi);
    }

    private void Apply(AttachEvent attachEvent)
    {
        switch (attachEvent)
        {
            case AttachEvent.OptionsLoaded loaded: _optionsChanges.Apply(loaded.Loaded); break;
            case AttachEvent.Commanded { Command: RadioCommand.SetWanted command }: _attachmentChanges.SetWanted(
                command.RadioId, command.Wanted); break;
            case AttachEvent.Commanded { Command: RadioCommand.Reattach command }: _attachmentChanges.Reattach(command.RadioId); break;
            case AttachEvent.Commanded { Command: RadioCommand.TakeOver command }: TakeOvers.Asked(_state, command.RadioId); break;
            case AttachEvent.PiCommanded { Command: PiCommand.Silence command }: PlannedWork.Ask(_state, command.PiId, command.On); break;
            case AttachEvent.Commanded { Command: RadioCommand.Forget command }:
                _owed.Add((command, ForgottenRadios.Asked(_state, command.RadioId)));
                break;
            case AttachEvent.Commanded { Command: RadioCommand.Replace command }:
                _owed.Add((command, _attachmentChanges.Replace(command.RadioId, command.Successor)));
                break;
            case AttachEvent.KernelChanged kernel: KernelChanged(kernel.Uevent); break;
            case AttachEvent.PiAnswered answered: _piChanges.Answered(answered); break;
            case AttachEvent.PiSilent { Accepted: true } slow: _piSilence.ListLate(slow.PiId, SlowPi.Reason(slow.Reason)); break;
            case AttachEvent.PiSilent silent: _piSilence.Silent(silent.PiId, silent.Reason, silent.Manner); break;
            case AttachEvent.PiVitalsTold told: PiVitalsChanges.Told(_state, told); break;
            case AttachEvent.StickReset answer: ReattachChanges.Answered(_state, answer); break;
            case AttachEvent.Identified identified: _attachmentChanges.Identified(identified); break;
            case AttachEvent.Recorded recorded: _attachmentChanges.Recorded(recorded); break;
            case AttachEvent.KernelRead read: _attachmentChanges.KernelRead(read); break;
            case AttachEvent.HubsFound hubs: HubsFound(hubs); break;
            case AttachEvent.CameUp up: _attachmentChanges.CameUp(up.Attachment, up.TtyCount); break;
            case AttachEvent.Measured measured: _attachmentChanges.Measured(measured); break;
            case AttachEvent.SerialPathsFound found: _attachmentChanges.SerialPathsFound(found); break;
            case AttachEvent.HoldChanged changed: _holdChanges.Changed(changed); break;
            case AttachEvent.WentDown down: _attachmentChanges.WentDown(down.Attachment, down.Loss); break;
            case AttachEvent.Ended ended: _attachmentChanges.Ended(ended.Attachment, ended.Outcome); break;
            case AttachEvent.ProblemsChanged problem: _state.SetProblem(problem.Source, problem.Problem); break;
        }
    }

    private void KernelChanged(UsbIp.Uevents.Uevent uevent)
    {
        foreach (Assignment assignment in _state.Assignments) assignment.Attachment?.KernelChanged(uevent);
        _kernelChanged(uevent);
    }

    private void HubsFound(AttachEvent.HubsFound hubs)
    {
        _state.Change(hubs.Found);
        _state.Remember();
        hubs.Remembered.TrySetResult();
    }

    private async Task<AttachEvent?> NextAsync(TimeSpan? wakeAt, CancellationToken cancellationToken)
    {
        if (_events.TryRead(out AttachEvent? ready)) return ready;
        using CancellationTokenSource wake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> arrival = _events.WaitToReadAsync(wake.Token).AsTask();
        if (wakeAt is { } at)
        {
            TimeSpan wait = _state.Until(at);
            var due = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _state.Time, wake.Token);
            // What passed between the look at the clock and the timer is not waited for once more.
            if (_state.Until(at) > TimeSpan.Zero) await Task.WhenAny(arrival, due);
        }
        else
        {
            await Task.WhenAny(arrival);
        }
        await wake.CancelAsync();
        // Observed either way: the arrival, or its cancellation by the clock or the stop.
        await ((Task)arrival).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A channel that was closed by a fault nobody foresaw is the end.
        if (arrival.IsFaulted) await arrival;
        return _events.TryRead(out AttachEvent? read) ? read : null;
    }

    private async Task StopAsync()
    {
        _state.BeginStop();
        using var deadline = new CancellationTokenSource(AttachTimers.Stop, _state.Time);
        while (_state.Assignments.Any() && !deadline.IsCancellationRequested)
        {
            if (await NextAsync(null, deadline.Token) is not { } attachEvent) continue;
            _state.LookAtClock();
            Apply(attachEvent);
        }
        foreach (Assignment assignment in _state.Assignments)
        {
            AttachLog.StopIncomplete(_logger, assignment.RadioId ?? assignment.BusId.ToString());
        }
        _convergence.SayStopped();
        AnswerWhoWaits();
    }

    // Once it can be seen.
    private void AnswerWhoWaits()
    {
        foreach ((RadioCommand.Awaited command, string? whyNot) in _owed) command.Answer.TrySetResult(whyNot);
        _owed.Clear();
    }
}
