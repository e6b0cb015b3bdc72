using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Attach.Ports;
using Longwire.Attach.Reconciling;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// The attach side as a service: leads options, kernel news and commands into the one channel, and runs the reconciler, the attachments and
/// the memory's writer until told to stop.
/// </summary>
internal sealed class AttachService(
    IOptionsFeed<AttachOptions> options, string dataFolder, StateFeed feed, KnownRadios catalogue, TimeProvider time, Random random,
    ILogger<AttachService> logger)
    : BackgroundService, ICommandSink, IBridgeProblems, IAttachmentStarter, IPiWatchStarter
{
    private const int EventsWaiting = 1024;

    private const string VhciModule = "vhci-hcd";

    private readonly Channel<AttachEvent> _events =
        Channel.CreateBounded<AttachEvent>(new BoundedChannelOptions(EventsWaiting) { SingleReader = true });

    private readonly AttachKernel _kernel = new(SysfsRoot.Machine);
    private readonly MemoryFile _file = new(dataFolder);
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly ProblemReports _reports = new(time);
    private readonly TransitionLog _log = new(logger, time);
    private readonly StockCarrierOpener _carriers = new(time);
    private AttachmentContext? _surroundings;

    /// <summary>What the attach side needs of the kernel.</summary>
    public static IEnumerable<string> Modules => [VhciModule, .. SerialDrivers.Modules];

    public async ValueTask SendAsync(RadioCommand command, CancellationToken cancellationToken) =>
        await _events.Writer.WriteAsync(new AttachEvent.Commanded(command), cancellationToken);

    public void Report(string source, string? problem) => _reports.Report(source, problem);

    IAttachment IAttachmentStarter.Start(AttachRequest request)
    {
        var attachment = new Attachment(request, _surroundings!, _carriers);
        Run(attachment.RunAsync, attachment);
        return attachment;
    }

    IPiWatch IPiWatchStarter.Start(PiOptions pi)
    {
        var watch = new PiWatch(pi, _events.Writer, time, _log);
        Run(watch.RunAsync, watch);
        return watch;
    }

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await LoadVhciAsync(stoppingToken);
        var store = new MemoryStore(_file, time, _log, problem => Report("memory", problem));
        AttachMemory memory = await StalePorts.FreeAsync(_kernel, Remembered(), time, _log, stoppingToken);

        using var aids = new CancellationTokenSource();
        Task writing = store.RunAsync(aids.Token);
        Task serialModules = LoadModulesAsync(stoppingToken);
        await using var hubs = new HubAuthorization(
            _kernel, (found, cancellationToken) => RememberAsync(found, store, cancellationToken), _log);
        _surroundings = new AttachmentContext(_kernel, hubs, _events.Writer, store, time, _log);
        memory = memory with { HubAuthorization = hubs.Look(memory.HubAuthorization) };
        store.Put(memory);
        await store.WhenSettledAsync(stoppingToken);
        if (hubs.Hold() is { } problem) Report("authorization", problem);
        var strangers = new ForeignDevices(_kernel, hubs, _log);
        strangers.LookAtAll();

        var reconciler = new Reconciler(
            _events.Reader, new ReconcilerOutputs(this, this, store, feed), memory, strangers.KernelChanged, catalogue, time, random, _log);
        using var stopReconciler = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        // None of these ends before it is told to. If one does, its fault ends the service: half a Longwire is none.
        Task kernel = ReadKernelAsync(aids.Token);
        Task reconciling = reconciler.RunAsync(stopReconciler.Token);
        Task reading = ReadOptionsAsync(aids.Token);
        Task reporting = _reports.RunAsync(_events.Writer, aids.Token);
        Task first = await Task.WhenAny(reconciling, writing, kernel, reading, reporting);
        await stopReconciler.CancelAsync();
        await reconciling;
        await hubs.DisposeAsync();
        store.Put(reconciler.Memory with { HubAuthorization = null });
        await aids.CancelAsync();
        await Task.WhenAll(writing, kernel, reading, reporting);
        await serialModules.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndOfAttachmentsAsync();
        await first;
    }

    private async Task RememberAsync(HubAuthorizationMemory found, MemoryStore store, CancellationToken cancellationToken)
    {
        var remembered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _events.Writer.WriteAsync(new AttachEvent.HubsFound(found, remembered), cancellationToken);
        await remembered.Task.WaitAsync(cancellationToken);
        await store.WhenSettledAsync(cancellationToken);
    }

    private async Task EndOfAttachmentsAsync()
    {
        try
        {
            await Task.WhenAll(_running.Keys).WaitAsync(AttachTimers.PortReuse, time);
        }
        catch (TimeoutException)
        {
            // One hangs in the kernel; it was named when the reconciler gave up on it, and ends with the process.
        }
    }

    private async Task LoadVhciAsync(CancellationToken cancellationToken)
    {
        foreach (KernelModuleOutcome outcome in await KernelModules.LoadAsync([VhciModule], cancellationToken))
        {
            if (outcome.Reason is not null) Report($"module {outcome.Module}", outcome.Reason);
        }
    }

    // Containers that start before a tty driver's major number exists may never get it. The first radio takes longer to come
    // than these to load, so nothing waits for them.
    private async Task LoadModulesAsync(CancellationToken cancellationToken)
    {
        // Whoever follows the remedy should not have to restart us as well.
        while (!_kernel.Vhci.IsPresent)
        {
            await Task.Delay(AttachTimers.ModuleRetry, time, cancellationToken);
            if (_kernel.Vhci.IsPresent || (await KernelModules.LoadAsync([VhciModule], cancellationToken)).All(outcome => outcome.Ok))
            {
                Report($"module {VhciModule}", null);
            }
        }
        foreach (KernelModuleOutcome outcome in await KernelModules.LoadAsync(SerialDrivers.Modules, cancellationToken))
        {
            if (outcome.Reason is not null) AttachLog.SerialModuleMissing(_log, outcome.Reason);
        }
    }

    private AttachMemory Remembered()
    {
        AttachMemory? memory = _file.Load(out string? problem);
        if (problem is not null) Report("memory file", problem);
        return memory ?? new AttachMemory { InstanceId = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture) };
    }

    private async Task ReadKernelAsync(CancellationToken cancellationToken)
    {
        // Open before the first radio is attached: this runs up to its first wait at once.
        using UeventSocket uevents = UeventSocket.Open();
        try
        {
            while (true)
            {
                Uevent uevent = await uevents.ReceiveAsync(cancellationToken);
                if (uevent.IsOverrun || Concerns(uevent))
                {
                    await _events.Writer.WriteAsync(new AttachEvent.KernelChanged(uevent), cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private static bool Concerns(Uevent uevent) => uevent.DevPath.Contains("/vhci_hcd.", StringComparison.Ordinal);

    private async Task ReadOptionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (LoadedOptions<AttachOptions> loaded in options.WatchAsync(cancellationToken))
                await _events.Writer.WriteAsync(new AttachEvent.OptionsLoaded(loaded), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private void Run(Func<Task> run, IDisposable what)
    {
        // Started on the pool: the reconciler must not wait for a first step.
        Task task = Task.Run(async () =>
        {
            try
            {
                using (what) await run();
            }
            catch (Exception e)
            {
                // A fault that nobody foresaw: it ends the reconciler, and with it the service.
                _events.Writer.TryComplete(e);
                throw;
            }
        });
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(
            ended => _running.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
    }
}
