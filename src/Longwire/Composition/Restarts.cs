using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// Runs a role, and starts it anew when a person asks for that, or when one of its services failed: its services end in order, as at a
/// stop, and others begin, as at a start. What belongs to the process stays: the role's lock, the options in force, and that rights were
/// given up. So a restart is the same in the app, in a container and under systemd, needs nobody to start us again, and an exit code means
/// what it meant.
/// </summary>
internal sealed class Restarts(TimeProvider time, ILogger logger)
{
    /// <summary>From one restart to the next at least: an automation that presses the button at each loss must not go in circles.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    /// <summary>
    /// So many faults within <see cref="FaultsWithin"/> are borne. One more, and the process ends with a failure: who watches over it (the
    /// Supervisor, systemd, Docker) knows how to try a process that fails again and again, and shows it.
    /// </summary>
    public const int FaultsBorne = 3;

    public static readonly TimeSpan FaultsWithin = TimeSpan.FromMinutes(10);

    private readonly Queue<long> _faults = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _asked = NewSignal();
    private long? _last;
    private bool _tooSoonSaid;

    /// <summary>Never blocks. Once more while one is under way is the same one.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            if (_asked.Task.IsCompleted) return;
            if (_last is { } last && time.GetElapsedTime(last) < Apart)
            {
                if (!_tooSoonSaid) ProgramLog.RestartTooSoon(logger, (int)Apart.TotalSeconds);
                _tooSoonSaid = true;
                return;
            }
            _last = time.GetTimestamp();
            _tooSoonSaid = false;
            ProgramLog.Restarting(logger);
            _asked.SetResult();
        }
    }

    /// <param name="addServices">Called for each start.</param>
    /// <param name="stop">Cancelled: stop for good.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(StderrLog log, Action<IServiceCollection> addServices, CancellationToken stop)
    {
        while (true)
        {
            HostEnd end = await ServiceHost.RunAsync(log, services => AddServices(services, addServices, stop), CancellationToken.None);
            // Also where a fault came first: one new life serves both.
            bool asked = TakeAsked();
            if (end.Faults.Count > 0)
            {
                if (!Bear(end, stop)) return end.Code;
            }
            else if (!end.Clean || stop.IsCancellationRequested || !asked)
            {
                return end.Code;
            }
        }
    }

    // What did not stop must not meet a second life in this process.
    private bool Bear(HostEnd end, CancellationToken stop)
    {
        while (_faults.TryPeek(out long oldest) && time.GetElapsedTime(oldest) >= FaultsWithin) _faults.Dequeue();
        bool borne = end.Clean && !stop.IsCancellationRequested && _faults.Count < FaultsBorne;
        if (borne) _faults.Enqueue(time.GetTimestamp());
        foreach (ServiceFault fault in end.Faults)
        {
            int minutes = (int)FaultsWithin.TotalMinutes;
            if (borne) ProgramLog.StartedAnew(logger, fault.Service, _faults.Count, FaultsBorne, minutes, fault.Cause);
            else ProgramLog.ServiceFailed(logger, fault.Service, fault.Cause);
        }
        return borne;
    }

    private void AddServices(IServiceCollection services, Action<IServiceCollection> addServices, CancellationToken stop)
    {
        addServices(services);
        services.AddHostedService(provider => new Stopping(AskedAsync, provider.GetRequiredService<IHostApplicationLifetime>(), stop));
    }

    private Task AskedAsync()
    {
        lock (_gate) return _asked.Task;
    }

    private bool TakeAsked()
    {
        lock (_gate)
        {
            if (!_asked.Task.IsCompleted) return false;
            _asked = NewSignal();
            return true;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells the host to stop, once it has started: told before, it would throw away half a start and call that a fault.</summary>
    private sealed class Stopping(Func<Task> asked, IHostApplicationLifetime lifetime, CancellationToken stop) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);

            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stoppingToken);
            await asked().WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lifetime.StopApplication();
        }
    }
}
