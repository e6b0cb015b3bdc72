using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Export.Reconciling;
using Longwire.Export.Sticks;
using Longwire.Export.Stock;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// <c>longwire export</c>: the kernel's news and accepted connections, one reconciler, sticks bound, offered, served and given back.
/// </summary>
internal sealed class ExportService(
    LiveExportOptions live,
    string dataFolder,
    HealthFile health,
    KnownRadios radios,
    TimeProvider time,
    ILogger<ExportService> logger) : BackgroundService, IMayLeaveWork
{
    private readonly TransitionLog _log = new(logger, time);

    public bool HasLeftWork { get; private set; }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (health.Remove() is { } problem) HealthLog.HealthFileStays(_log, problem);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (health.Remove() is { } problem) HealthLog.HealthFileStays(_log, problem);
    }

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (KernelModuleOutcome outcome in await KernelModules.LoadAsync(StickOperations.Modules, stoppingToken))
        {
            if (outcome.Reason is { } reason) ExportLog.ModuleMissing(_log, reason);
        }

        ExportOptions options = live.Current;
        SysfsRoot root = SysfsRoot.Machine;
        var driver = new UsbipHostDriver(root);
        using var events = DescriptorEvents.Open();
        using var ledger = new ExportLedger(root, dataFolder, _log);
        using UeventSocket uevents = UeventSocket.Open();
        var operations = new StickOperations(root, driver, new RadioSelection(options, radios), time);
        var timers = new StickTimers(root, driver, events, time);
        var offers = new OfferFeed(time);
        var reconciler = new ExportReconciler(operations, timers, ledger, offers, options, time, Random.Shared, _log);
        var requests = new StickRequests(reconciler, time);
        var ports = new ServerPort(root, time, Random.Shared, _log);
        var listener = new StockListener(options.Stock, requests, new StockOffers(offers), events, ports, time, _log);
        var names = new ClientNames(options.Stock.Allow, listener, reconciler, time, _log);
        using ExportLink? link = OpenLink(requests, offers, ports, new ExportSurroundings(root, time, _log));

        await RunAsync(reconciler, listener, names, link, uevents, stoppingToken);
    }

    // Without its key a Pi lets no host in, and still serves stock clients.
    private ExportLink? OpenLink(StickRequests requests, OfferFeed offers, ServerPort ports, ExportSurroundings around)
    {
        try
        {
            return new ExportLink(live, dataFolder, requests, offers, ports, around);
        }
        catch (LinkKeyException e)
        {
            HostLog.NoKey(_log, e.Message);
            return null;
        }
    }

    private async Task RunAsync(
        ExportReconciler reconciler, StockListener stock, ClientNames names, ExportLink? link, UeventSocket uevents,
        CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task deciding = reconciler.RunAsync(stop.Token);
        Task serving = stock.RunAsync(stop.Token);
        Task naming = names.RunAsync(stop.Token);
        Task linking = link?.RunAsync(stop.Token) ?? Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        Task hearing = HearAsync(uevents, reconciler, link, stop.Token);
        Task reading = live.RunAsync(reconciler, stock, names, link?.Listener, stop.Token);

        Task<int>[] listening = [stock.Listening.Task, .. link is null ? [] : new[] { link.Listener.Listening.Task }];
        Task starting = SayWhenServingAsync(Task.WhenAny(listening), stop.Token);

        Task ended = await Task.WhenAny(deciding, hearing, serving, naming, linking, reading);
        await stop.CancelAsync();
        await Task.WhenAll(deciding, serving, naming, linking, hearing, reading, starting)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HasLeftWork = reconciler.HasLeftWork;

        // The first cause; what followed is its echo. A fault of the reconciler's closes its channel, so the others may be seen first.
        if (deciding.IsFaulted) await deciding;
        if (!stoppingToken.IsCancellationRequested) await ended;
    }

    // A port that is taken is tried again and again: until then there is no use in what waits for us.
    private async Task SayWhenServingAsync(Task listening, CancellationToken cancellationToken)
    {
        await listening.WaitAsync(cancellationToken);
        if (health.Make() is { } problem) HealthLog.NoHealthFile(_log, problem);
    }

    private async Task HearAsync(
        UeventSocket uevents, ExportReconciler reconciler, ExportLink? link, CancellationToken cancellationToken)
    {
        while (true)
        {
            Uevent uevent = await uevents.ReceiveAsync(cancellationToken);
            long heardAt = time.GetTimestamp();
            // Only a Raspberry Pi's power says anything there.
            if (uevent.Subsystem == "hwmon") link?.SensorChanged();
            if (uevent.IsOverrun) await reconciler.PostAsync(new ExportMessage.LookAtAll(), cancellationToken);
            else if (uevent is { Subsystem: "usb", DevType: "usb_device" } && BusId.TryParseKernelName(uevent.Name, out BusId busId))
            {
                await reconciler.PostAsync(new ExportMessage.DeviceChanged(busId, heardAt), cancellationToken);
            }
        }
    }
}
