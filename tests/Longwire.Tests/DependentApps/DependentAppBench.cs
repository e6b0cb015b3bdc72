using Longwire.DependentApps;
using Longwire.Platform;
using Longwire.State;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.Attach;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.Supervisor;
using Xunit;

namespace Longwire.Tests.DependentApps;

/// <summary>A house: radios, apps, a Supervisor, a clock that only the test moves, and a Longwire that comes and goes in it.</summary>
internal sealed class DependentAppBench : IDisposable, IBridgeProblems
{
    public const string Zigbee = "45df7312_zigbee2mqtt";
    public const string Zwave = "core_zwave_js";

    private readonly OneThread _thread = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-consumers-").FullName;
    private readonly Dictionary<string, string> _problems = [];
    private readonly SortedDictionary<string, RadioSnapshot> _radios = new(StringComparer.Ordinal);
    private readonly InProcess _wire;
    private bool _silenced;
    private DependentAppSet? _apps;
    private CancellationTokenSource? _stop;
    private Task _writing = Task.CompletedTask;
    private Task _applying = Task.CompletedTask;
    private SupervisorClient? _client;

    private readonly TransitionLog _log;

    public DependentAppBench()
    {
        _wire = new InProcess(Supervisor);
        _log = new TransitionLog(Logger, Time);
    }

    public SettableClock Time { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    public StandInSupervisor Supervisor { get; } = new();
    public RecordingLogger<DependentAppsService> Logger { get; } = new();

    /// <summary>What the bridge's Problem says.</summary>
    public IReadOnlyCollection<string> Problems => _problems.Values;
    public HostBoot Boot { get; private set; } = new("boot-1", TimeSpan.FromDays(3));

    public bool SupervisorSilent
    {
        set => _wire.Silent = value;
    }

    void IBridgeProblems.Report(string source, string? problem)
    {
        if (problem is null) _problems.Remove(source);
        else _problems[source] = problem;
    }

    /// <summary>Longwire starts.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _client = InProcess.Client(_wire, Time);
        _apps = DependentAppSet.Open(new AppsOfLastRun(_folder, Boot), Snapshot(), _client, this, Time, new Random(1), _log);
        _thread.Within(() => _writing = _apps.WriteAsync(_stop.Token));
        Publish();
    }

    /// <summary>Longwire stops, or is killed: nothing of what it does to radios at its end is seen by the apps.</summary>
    public void Stop()
    {
        Task[] tasks = [.. _apps!.Tasks];
        _thread.Within(_stop!.Cancel);
        RunUntil(() => tasks.All(task => task.IsCompleted) && _writing.IsCompleted);
        Assert.All(tasks, task => Assert.True(task.IsCanceled, task.Exception?.ToString() ?? "It ends by itself."));
        _apps = null;
        _client!.Dispose();
        _stop.Dispose();
        foreach (string id in _radios.Keys.ToArray()) Set(id, radio => Gone(radio, RadioStatus.Attaching));
    }

    /// <summary>The machine boots: Longwire and all apps stop, by a power cut or otherwise.</summary>
    public void BootHost()
    {
        Stop();
        Boot = new HostBoot($"boot-{Time.GetUtcNow().Ticks}", TimeSpan.FromSeconds(40));
        foreach (StandInApp app in Supervisor.Apps.Values) app.State = "unknown";
        Supervisor.State = "startup";
        Supervisor.CoreUp = false;
    }

    /// <summary>Core is there, and the Supervisor has started each app that starts with the host, or has tried to.</summary>
    public void FinishBoot()
    {
        Supervisor.CoreUp = true;
        foreach (StandInApp app in Supervisor.Apps.Values)
        {
            app.State = app.Boot == "auto" ? app.CanStart() ? "started" : "error" : "stopped";
        }
        Supervisor.State = "running";
    }

    /// <summary>Longwire runs, and one app has read its one radio, "r", for a while.</summary>
    public StandInApp OneApp()
    {
        StandInApp app = Supervisor.Add(Zigbee);
        Start();
        Radio("r", "zigbee2mqtt");
        return app;
    }

    /// <summary>A radio that these apps read, attached.</summary>
    public void Radio(string id, params string[] apps)
    {
        _radios[id] = Gone(Some.Radio, RadioStatus.Attaching) with { Id = id, Name = id, RestartApps = [.. apps] };
        Attach(id);
    }

    public void Attach(params string[] ids)
    {
        Elapse(1);
        DateTimeOffset now = Time.GetUtcNow();
        foreach (string id in ids)
            Set(id, radio => radio with { Status = RadioStatus.Attached, Wanted = true, Since = now, CameUpAt = now });
        Publish();
    }

    /// <summary>A person sets the clock, and the radio's time of attachment moves along.</summary>
    public void SetClock(string id, TimeSpan by)
    {
        Time.Set(by);
        Set(id, radio => radio with { Since = radio.Since + by });
        Publish();
    }

    /// <summary>A person presses Reattach, and the radio is back a second later: no loss is counted, and none is told.</summary>
    public void Reattach(string id)
    {
        Set(id, radio => Gone(radio, RadioStatus.Attaching));
        Publish();
        Attach(id);
    }

    /// <summary>The last snapshot of the attach side at a stop, should it come before the apps' end.</summary>
    public void LetGo(string id)
    {
        Set(id, radio => Gone(radio, RadioStatus.Detached) with { Stopped = true });
        Publish(stopped: true);
    }

    public void Lose(params string[] ids)
    {
        foreach (string id in ids) Set(id, radio => Gone(radio, RadioStatus.PiUnreachable) with { Disconnects = radio.Disconnects + 1 });
        Publish();
    }

    /// <summary>A person has it detached.</summary>
    public void Detach(string id)
    {
        Set(id, radio => Gone(radio, RadioStatus.Detached) with { Wanted = false });
        Publish();
    }

    public void Hold(string id)
    {
        Set(id, radio => radio with { Status = RadioStatus.Held });
        Publish();
    }

    public void Resume(string id)
    {
        Set(id, radio => radio with { Status = RadioStatus.Attached });
        Publish();
    }

    /// <summary>Somebody works on the radios' Pi, or has done it.</summary>
    public void Silence(bool on)
    {
        _silenced = on;
        Publish();
    }

    public void Name(string id, params string[] apps)
    {
        Set(id, radio => radio with { RestartApps = [.. apps] });
        Publish();
    }

    /// <summary>Second by second, so that everything happens in its turn.</summary>
    public void Elapse(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _thread.Within(() => Time.Advance(TimeSpan.FromSeconds(1)));
            _thread.RunAll();
        }
        Assert.All(_apps?.Tasks ?? [], task => Assert.Null(task.Exception));
    }

    public void Elapse(TimeSpan time) => Elapse((int)time.TotalSeconds);

    /// <summary>For what takes other threads: a call that is not answered at once, an app that leaves the options.</summary>
    public void RunUntil(Func<bool> condition) => Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                _thread.RunAll();
                return condition();
            },
            TimeSpan.FromSeconds(20)),
        string.Join('\n', Logger.Lines));

    public void Dispose()
    {
        if (_apps is not null) Stop();
        _wire.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
        Logger.AssertNothingUnexpected();
    }

    private void Set(string id, Func<RadioSnapshot, RadioSnapshot> change) => _radios[id] = change(_radios[id]);

    private static RadioSnapshot Gone(RadioSnapshot radio, RadioStatus status) =>
        radio with { Status = status, Since = null, CameUpAt = null };

    private Snapshot Snapshot(bool stopped = false) => new(
        new BridgeSnapshot("test", []) { Stopped = stopped },
        _silenced ? [Some.Pi with { SilencedUntil = Time.GetUtcNow() + TimeSpan.FromHours(1) }] : [],
        [.. _radios.Values]);

    private void Publish(bool stopped = false)
    {
        if (_apps is null) return;
        _thread.Within(() => _applying = _apps.ApplyAsync(Snapshot(stopped), _stop!.Token));
        _thread.RunAll();
        if (!_applying.IsCompleted) RunUntil(() => _applying.IsCompleted);
        Assert.Null(_applying.Exception);
    }
}
