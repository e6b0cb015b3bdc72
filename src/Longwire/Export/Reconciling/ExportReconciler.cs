using System.Threading.Channels;
using Longwire.Export.Sticks;
using Longwire.Export.Stock;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>
/// The one that decides on the Pi. Reads one bounded channel, alone owns what is known of each stick, and starts the work that makes it
/// so: look, bind, serve, recover, give back. Work that may take its time runs beside it and comes back as a message.
/// </summary>
internal sealed partial class ExportReconciler
{
    // News that finds the channel full waits in the kernel's own buffer, and what that cannot hold becomes one look at everything.
    private const int MessagesAtOnce = 256;

    private readonly Channel<ExportMessage> _messages = Channel.CreateBounded<ExportMessage>(
        new BoundedChannelOptions(MessagesAtOnce) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<BusId, ExportedStick> _sticks = [];
    private readonly BackgroundWork _background;
    private readonly SysfsRoot _root;
    private readonly UsbipHostDriver _driver;
    private readonly StickOperations _work;
    private readonly StickTimers _waits;
    private readonly ExportLedger _ledger;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private bool _takeOver;
    private ClientAllowList _allowed;
    private CancellationToken _stopping;

    public ExportReconciler(
        SysfsRoot root, UsbipHostDriver driver, StickOperations work, StickTimers waits, ExportLedger ledger, ExportOptions options,
        TimeProvider time, Random random, ILogger logger)
    {
        (_root, _driver, _work, _waits, _ledger) = (root, driver, work, waits, ledger);
        (_takeOver, _allowed) = (options.TakeOver, ClientAllowList.Of(options.Stock.Allow));
        (_time, _random, _logger) = (time, random, logger);
        _background = new BackgroundWork(fault => _messages.Writer.TryComplete(fault));
    }

    public OfferList Offers { get; } = new();

    /// <exception cref="ChannelClosedException">The reconciler has ended; its own task says why.</exception>
    public ValueTask PostAsync(ExportMessage message, CancellationToken cancellationToken) =>
        _messages.Writer.WriteAsync(message, cancellationToken);

    /// <summary>Until cancelled; then gives every stick back to its own driver.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _stopping = cancellationToken;
        _ledger.Load();
        try
        {
            Handle(new ExportMessage.LookAtAll());
            await foreach (ExportMessage message in _messages.Reader.ReadAllAsync(cancellationToken))
            {
                Handle(message);
                Offers.Show(_sticks.Values);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await StopAsync();
        }
    }

    private void Handle(ExportMessage message)
    {
        switch (message)
        {
            case ExportMessage.DeviceChanged changed:
                Look(StickAt(changed.BusId));
                break;
            case ExportMessage.LookAtAll:
                foreach (BusId busId in UsbDevices.Enumerate(_root).Select(d => d.BusId).Union(_sticks.Keys).ToList()) Look(StickAt(busId));
                ForgetWhatIsGone();
                break;
            case ExportMessage.OptionsChanged(var options):
                Apply(options);
                break;
            case ExportMessage.WokenUp(var stick, var wait):
                // A wait that was replaced meanwhile has nothing to say any more.
                if (!ReferenceEquals(stick.Wait, wait)) break;
                EndWait(stick);
                stick.WaitsToRetry = false;
                Look(stick);
                break;
            case ExportMessage.Inspected(var stick, var inspection):
                stick.IsBusy = false;
                if (stick.LookAgain) Look(stick);
                else Settle(stick, inspection);
                break;
            case ExportMessage.BindEnded(var stick, var outcome):
                stick.IsBusy = false;
                if (outcome.Refusal is { } refusal) Fail(stick, refusal);
                Look(stick);
                break;
            case ExportMessage.ImportAsked(var attempt):
                Import(attempt);
                break;
            case ExportMessage.SessionEnded(var session):
                EndSession(session);
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    // What is wanted now, and was not, is bound; what no longer is is given back: each stick is looked at, and those that stay what they
    // are are left alone.
    private void Apply(ExportOptions options)
    {
        ClientAllowList before = _allowed;
        (_takeOver, _allowed) = (options.TakeOver, ClientAllowList.Of(options.Stock.Allow));
        _work.Choose(options);
        foreach (Session session in _sticks.Values.Select(stick => stick.Session).OfType<Session>())
        {
            if (session.Connection is not null && !_allowed.Allows(session.Client)) session.HangUp();
            // Whose it is nobody knows any more: who is still allowed attaches again by itself.
            if (session.Connection is null && !session.Stick.IsTakenOver && !_allowed.Covers(before)) Cut(session.Stick);
        }
        Handle(new ExportMessage.LookAtAll());
    }

    private void Cut(ExportedStick stick) => _background.Run(() =>
    {
        try
        {
            _driver.Cut(stick.BusId);
        }
        catch (UsbIp.Linux.KernelRefusedException)
        {
            // It has just ended by itself.
        }
        return Task.CompletedTask;
    });

    private ExportedStick StickAt(BusId busId)
    {
        if (_sticks.TryGetValue(busId, out ExportedStick? stick)) return stick;
        stick = new ExportedStick(busId, new Backoff(ExportTimers.RetryFirst, ExportTimers.RetryCap, _random));
        _sticks.Add(busId, stick);
        return stick;
    }

    private bool IsKnown(ExportedStick stick) =>
        _sticks.TryGetValue(stick.BusId, out ExportedStick? known) && ReferenceEquals(known, stick);

    private void Look(ExportedStick stick)
    {
        stick.LookAgain = stick.IsBusy;
        if (stick.IsBusy) return;
        stick.IsBusy = true;
        _background.Run(async () => await PostAsync(new ExportMessage.Inspected(stick, _work.Inspect(stick.BusId)), _stopping));
    }

    private void Import(PendingImport attempt)
    {
        ExportedStick? stick = _sticks.GetValueOrDefault(attempt.BusId);
        switch (stick?.State)
        {
            case StickState.Offered:
                Serve(stick, attempt);
                break;
            case StickState.InUse:
                attempt.Refuse(UsbIpStatus.DeviceBusy);
                break;
            case StickState.Binding when stick.WaitingClient is null or { IsAbandoned: true }:
                stick.WaitingClient = attempt;
                break;
            case StickState.Binding:
                attempt.Refuse(UsbIpStatus.DeviceBusy);
                break;
            case StickState.Failed when stick is { IsBusy: false, Device: { } device } && UsbipHostDriver.IsBound(device):
                stick.WaitingClient = attempt;
                Recover(stick, device);
                break;
            case StickState.Failed:
                attempt.Refuse(UsbIpStatus.DeviceError);
                break;
            default:
                attempt.Refuse(UsbIpStatus.NoSuchDevice);
                break;
        }
    }

    // Whoever is first in the channel gets it: the state changes here, before the next message is read.
    private void Serve(ExportedStick stick, PendingImport attempt)
    {
        // Let in when it was allowed, and has taken its time.
        if (!_allowed.Allows(attempt.Client))
        {
            attempt.Refuse(UsbIpStatus.NoSuchDevice);
            return;
        }
        SysfsUsbDevice? device = UsbDevices.TryRead(_root, stick.BusId);
        UsbipHostStatus status = _driver.Status(stick.BusId);
        if (device is null
            || device.DeviceNumber != stick.Device?.DeviceNumber
            || status is UsbipHostStatus.NotBound or UsbipHostStatus.InUse)
        {
            // Our view is old; the news of it is on its way, or was lost.
            attempt.Refuse(status == UsbipHostStatus.InUse ? UsbIpStatus.DeviceBusy : UsbIpStatus.NoSuchDevice);
            Look(stick);
            return;
        }
        stick.Device = device;
        if (status == UsbipHostStatus.Error)
        {
            if (stick.IsBusy)
            {
                attempt.Refuse(UsbIpStatus.DeviceError);
                Look(stick);
                return;
            }
            stick.WaitingClient = attempt;
            Recover(stick, device);
            return;
        }
        if (!attempt.TryTake()) return;
        try
        {
            _driver.Serve(stick.BusId, attempt.Connection);
        }
        catch (UsbIp.Linux.KernelRefusedException e)
        {
            ExportLog.ServeRefused(About(stick), stick, attempt.Client, e.Message);
            attempt.Refuse(UsbIpStatus.DeviceError);
            Look(stick);
            return;
        }
        BeginSession(stick, new Session(stick, device.DeviceNumber, attempt.Connection, attempt.Client));
        attempt.Accept(OfferList.Describe(stick)!);
    }

    private void BeginSession(ExportedStick stick, Session session)
    {
        stick.Session = session;
        stick.State = StickState.InUse;
        ExportLog.Serving(About(session), stick, session.Client);
        _background.Run(async () =>
        {
            await _waits.SessionEndedAsync(session, _stopping);
            await PostAsync(new ExportMessage.SessionEnded(session), _stopping);
        });
    }

    private void EndSession(Session session)
    {
        session.Connection?.Dispose();
        ExportLog.SessionEnded(About(session), session.Stick, session.Client);
        if (!ReferenceEquals(session.Stick.Session, session)) return;
        session.Stick.Session = null;
        if (IsKnown(session.Stick)) Look(session.Stick);
    }

    // A host that attaches and leaves again and again is no news each time.
    private ILogger About(Session session) => _logger.About("clients", $"{session.Stick.BusId} {session.Client}");
}
