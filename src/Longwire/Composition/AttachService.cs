using System.Globalization;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Attach.Ports;
using Longwire.Attach.Reconciling;
using Longwire.Link.Liveness;
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
/// the memory's writer until told to stop or until one of them fails. Either way all end in order, and every radio is detached.
/// </summary>
internal sealed class AttachService(
    IOptionsFeed<AttachOptions> options, AttachKernel kernel, string dataFolder, StateFeed feed, TimeProvider time, Random random,
    ILogger<AttachService> logger)
    : BackgroundService, ICommandSink, IBridgeProblems, IMayLeaveWork
{
    private const int EventsWaiting = 1024;

    private const string VhciModule = "vhci-hcd";

    private readonly Channel<AttachEvent> _events =
        Channel.CreateBounded<AttachEvent>(new BoundedChannelOptions(EventsWaiting) { SingleReader = true });

    private readonly MemoryFile _file = new(dataFolder);
    private readonly ProblemReports _reports = new(time);
    private readonly TransitionLog _log = new(logger, time);

    /// <summary>What the attach side needs of the kernel.</summary>
    public static IEnumerable<string> Modules => [VhciModule, .. SerialDrivers.Modules];

    public bool HasLeftWork { get; private set; }

    public async ValueTask SendAsync(RadioCommand command, CancellationToken cancellationToken) =>
        await _events.Writer.WriteAsync(new AttachEvent.Commanded(command), cancellationToken);

    public async ValueTask SendAsync(PiCommand command, CancellationToken cancellationToken) =>
        await _events.Writer.WriteAsync(new AttachEvent.PiCommanded(command), cancellationToken);

    public void Report(string source, string? problem) => _reports.Report(source, problem);

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await LoadVhciAsync(stoppingToken);
        var store = new MemoryStore(_file, time, _log, problem => Report("memory", problem));
        AttachMemory memory = await StalePorts.FreeAsync(kernel, Remembered(), time, _log, stoppingToken);

        using var aids = new CancellationTokenSource();
        Task writing = store.RunAsync(aids.Token);
        Task serialModules = LoadModulesAsync(aids.Token);
        try
        {
            await RunAsync(store, memory, writing, stoppingToken);
        }
        finally
        {
            await aids.CancelAsync();
            // What they have to say was heard, or is the echo of what ended the rest.
            await Task.WhenAll(writing, serialModules).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(MemoryStore store, AttachMemory memory, Task writing, CancellationToken stoppingToken)
    {
        await using var hubs = new HubAuthorization(
            kernel, (found, cancellationToken) => RememberAsync(found, store, cancellationToken), _log)
        {
            AllHeld = () => Report("authorization", null),
        };
        memory = memory with { HubAuthorization = hubs.Look(memory.HubAuthorization) };
        store.Put(memory);
        await store.WhenSettledAsync(stoppingToken);
        if (hubs.Hold() is { } problem) Report("authorization", problem);
        var strangers = new ForeignDevices(kernel, hubs, _log);
        strangers.LookAtAll();

        using var timers = new TimerThread("link timers");
        using var own = new OwnLinkIdentity(dataFolder, time, problem => Report("link starts", problem));
        var book = new AddressBook(new AddressFile(dataFolder), time, problem => Report("link addresses", problem));
        book.Load();
        var links = new PiLinks(own.Read, book, time, timers);
        var tasks = new AttachTasks(new AttachmentContext(kernel, hubs, time, _log), links, _events, store);
        var state = new AttachState(new ReconcilerOutputs(tasks, store, feed), memory, KnownRadios.Default, time, random, _log);
        var reconciler = new Reconciler(_events.Reader, state, strangers.KernelChanged);
        using var stopReconciler = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var aids = new CancellationTokenSource();
        Task reconciling = reconciler.RunAsync(stopReconciler.Token);
        Task[] leading =
        [
            ReadKernelAsync(aids.Token), ReadOptionsAsync(aids.Token), _reports.RunAsync(_events.Writer, aids.Token),
            book.RunAsync(aids.Token),
        ];

        // None of these ends before it is told to. If one does, its fault ends the service: half a Longwire is none.
        Task first = await Task.WhenAny([reconciling, writing, tasks.Failed, .. leading]);
        await stopReconciler.CancelAsync();
        await reconciling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // It ended every attachment, unless it is what failed.
        HasLeftWork = !await tasks.EndAsync(reconciling.IsFaulted ? AttachTimers.Stop : AttachTimers.PortReuse);
        if (reconciling.IsFaulted) feed.Publish(feed.Current.AfterStop(), []);
        await hubs.DisposeAsync();
        store.Put(reconciler.Memory with { HubAuthorization = hubs.Left });
        await aids.CancelAsync();
        await Task.WhenAll(leading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The first cause; the others' faults are its echo.
        await first;
        await reconciling;
    }

    private async Task RememberAsync(HubAuthorizationMemory found, MemoryStore store, CancellationToken cancellationToken)
    {
        var remembered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _events.Writer.WriteAsync(new AttachEvent.HubsFound(found, remembered), cancellationToken);
        await remembered.Task.WaitAsync(cancellationToken);
        await store.WhenSettledAsync(cancellationToken);
    }

    private async Task LoadVhciAsync(CancellationToken cancellationToken)
    {
        foreach (KernelModuleOutcome outcome in await kernel.LoadModulesAsync([VhciModule], cancellationToken))
        {
            if (outcome.Reason is not null) Report($"module {outcome.Module}", outcome.Reason);
        }
    }

    // Containers that start before a tty driver's major number exists may never get it. The first radio takes longer to come
    // than these to load, so nothing waits for them.
    private async Task LoadModulesAsync(CancellationToken cancellationToken)
    {
        // Whoever follows the remedy should not have to restart us as well.
        while (!kernel.Vhci.IsPresent)
        {
            await Task.Delay(AttachTimers.ModuleRetry, time, cancellationToken);
            if (kernel.Vhci.IsPresent || (await kernel.LoadModulesAsync([VhciModule], cancellationToken)).All(outcome => outcome.Ok))
            {
                Report($"module {VhciModule}", null);
            }
        }
        foreach (KernelModuleOutcome outcome in await kernel.LoadModulesAsync(SerialDrivers.Modules, cancellationToken))
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
        try
        {
            // Open before the first radio is attached: this runs up to its first wait at once.
            await foreach (Uevent uevent in kernel.ReadUeventsAsync(cancellationToken))
            {
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
}
