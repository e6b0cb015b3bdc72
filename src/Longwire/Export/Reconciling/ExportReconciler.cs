using System.Threading.Channels;
using Longwire.Export.Sticks;
using Longwire.Options;
using Longwire.UsbIp.Errors;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>
/// The one that decides on the Pi. Reads one bounded channel, alone owns what is known of each stick, and starts the work that makes it
/// so: look, bind, serve, recover, give back. Work that may take its time runs beside it and comes back as a message.
/// </summary>
/// <remarks>
/// Here: the loop. What a message changes stands in <see cref="StickChanges"/>, <see cref="SessionChanges"/>, <see cref="StickResets"/>
/// and <see cref="OptionsChanges"/>; what follows from it, whatever the message was, in <see cref="Convergence"/>.
/// </remarks>
internal sealed class ExportReconciler
{
    // News that finds the channel full waits in the kernel's own buffer, and what that cannot hold becomes one look at everything.
    private const int MessagesAtOnce = 256;

    private readonly Channel<ExportMessage> _messages = Channel.CreateBounded<ExportMessage>(
        new BoundedChannelOptions(MessagesAtOnce) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ExportLedger _ledger;
    private readonly OfferFeed _offers;
    private readonly ExportState _state;
    private readonly StickTasks _tasks;
    private readonly StickFailures _failures;
    private readonly StickChanges _sticks;
    private readonly SessionChanges _sessions;
    private readonly OptionsChanges _options;
    private readonly StickResets _resets;
    private readonly Convergence _convergence;
    private readonly ExportStop _stop;

    public ExportReconciler(
        StickOperations operations, StickTimers timers, ExportLedger ledger, OfferFeed offers, ExportOptions options, TimeProvider time,
        Random random, ILogger logger)
    {
        (_ledger, _offers) = (ledger, offers);
        var background = new BackgroundWork(fault => _messages.Writer.TryComplete(fault));
        var release = new StickRelease(operations, ledger, logger);
        _state = new ExportState(options, time, random, logger);
        _tasks = new StickTasks(operations, timers, release, ledger, background, PostAsync);
        _failures = new StickFailures(_state, _tasks);
        _sticks = new StickChanges(_state, ledger, operations, _failures);
        var errorStates = new ErrorStates(_state, _tasks, _failures);
        _sessions = new SessionChanges(_state, operations, _tasks, errorStates, _failures);
        _options = new OptionsChanges(_state, operations, _tasks, _sticks);
        _resets = new StickResets(_state, ledger, _sticks);
        _convergence = new Convergence(_state, ledger, operations, _tasks, _sessions, errorStates, _failures);
        _stop = new ExportStop(_state, background, release, ledger, time, logger);
    }

    /// <summary>The kernel still holds a write of ours. Valid once <see cref="RunAsync"/> has ended.</summary>
    public bool HasLeftWork => _stop.HasLeftWork;

    /// <exception cref="ChannelClosedException">The reconciler has ended; its own task says why.</exception>
    public ValueTask PostAsync(ExportMessage message, CancellationToken cancellationToken) =>
        _messages.Writer.WriteAsync(message, cancellationToken);

    /// <summary>Until cancelled; then gives every stick back to its own driver.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _tasks.Stopping = stop.Token;
        _ledger.Load();
        try
        {
            Handle(new ExportMessage.LookAtAll());
            await foreach (ExportMessage message in _messages.Reader.ReadAllAsync(cancellationToken)) Handle(message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            _messages.Writer.TryComplete();
            // After a fault of the loop's own nobody has asked yet, and what waits would take the time to give the sticks back.
            await stop.CancelAsync();
            await _stop.RunAsync();
        }
    }

    private void Handle(ExportMessage message)
    {
        Apply(message);
        _convergence.Settle();
        _offers.Publish(_state.Offers);
        if (_state.IsLookedThrough) _offers.EndFirstLook();
    }

    private void Apply(ExportMessage message)
    {
        switch (message)
        {
            case ExportMessage.DeviceChanged changed: _sticks.Changed(changed.BusId, changed.HeardAt); break;
            case ExportMessage.LookAtAll: _sticks.LookAtAll(); break;
            case ExportMessage.OptionsChanged changed: _options.Apply(changed.Options); break;
            case ExportMessage.NamesResolved resolved: _options.Resolved(resolved.Addresses); break;
            case ExportMessage.WokenUp woken: _sticks.WokenUp(woken.Stick, woken.Wait, woken.Fault); break;
            case ExportMessage.Inspected looked: StickChanges.Inspected(looked.Stick, looked.Inspection); break;
            case ExportMessage.BindEnded bound: _sticks.BindEnded(bound.Stick, bound.Outcome); break;
            case ExportMessage.WorkFaulted faulted: _sticks.WorkFaulted(faulted.Stick, faulted.Fault); break;
            case ExportMessage.ImportAsked asked: Ask(asked.Import); break;
            case ExportMessage.ResetAsked asked: _resets.Asked(asked.Reset); break;
            case ExportMessage.ResetEnded ended: _resets.Ended(ended.Stick, ended.Reset, ended.Outcome); break;
            case ExportMessage.SessionEnded ended: _sessions.Ended(ended.Session, ended.Fault); break;
            default: throw new InvalidOperationException($"no such message: {message}");
        }
    }

    // The one change that works with what a client brought, so the one that a client might make fail.
    private void Ask(PendingImport import)
    {
        try
        {
            _sessions.Asked(import);
        }
#pragma warning disable CA1031 // Not lost: it is said, and counts as this stick's failure.
        catch (Exception e)
#pragma warning restore CA1031
        {
            import.Refuse(UsbIpStatus.DeviceError);
            if (_state.Find(import.BusId) is { } stick) _failures.Fault(stick, e);
        }
    }
}
