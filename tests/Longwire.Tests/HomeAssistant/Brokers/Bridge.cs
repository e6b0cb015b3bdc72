using System.Threading.Channels;
using Longwire.Composition;
using Longwire.HomeAssistant;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.State;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>Our service with everything around it that a test wants to hold.</summary>
internal sealed class Bridge : IAsyncDisposable
{
    // Seeded, and no two alike: each stands for a process of its own.
    private static int s_seed;

    private readonly string _data;
    private readonly bool _ownsData;
    private readonly HomeAssistantService _service;

    // Unless a time is given no heartbeat comes: how many would pass in a test is for the test machine to decide.
    public Bridge(
        int port,
        Snapshot? snapshot = null,
        string? data = null,
        MqttOptions? options = null,
        TimeProvider? time = null,
        string baseTopic = "longwire",
        string version = "1.2.3")
    {
        _ownsData = data is null;
        _data = data ?? Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        Settings = new MqttSettings(options ?? new MqttOptions { Host = "127.0.0.1", Port = port }, baseTopic);
        if (snapshot is not null) Feed.Publish(snapshot, []);
        _service = HomeAssistantComposition.Service(
            Settings, new ConfiguredBroker(), Feed, Commands, Control, Problems, version, _data, time ?? new HandWoundTime(),
            new Random(Interlocked.Increment(ref s_seed)), Logger);
    }

    public MqttSettings Settings { get; private set; }
    public StateFeed Feed { get; } = new();
    public CommandRecorder Commands { get; } = new();
    public ControlRecorder Control { get; } = new();
    public ProblemRecorder Problems { get; } = new();
    public RecordingLogger<HomeAssistantService> Logger { get; } = new();

    public static async Task<Bridge> StartAsync(
        int port, Snapshot? snapshot, string? data = null, MqttOptions? options = null, TimeProvider? time = null,
        string baseTopic = "longwire")
    {
        var bridge = new Bridge(port, snapshot, data, options, time, baseTopic);
        await bridge.StartAsync();
        return bridge;
    }

    public Task StartAsync() => _service.StartAsync(CancellationToken.None);

    /// <summary>As Longwire stops: the attach side lets go of the radios meanwhile.</summary>
    public Task StopAsync()
    {
        Task stopped = BeginStop();
        LetGo();
        return stopped;
    }

    /// <summary>As Longwire stops, with an attach side that takes its time: until <see cref="LetGo"/>.</summary>
    public Task BeginStop() => _service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

    public void LetGo()
    {
        if (!ReferenceEquals(Feed.Current, Snapshot.Empty)) Publish(Feed.Current.AfterStop());
    }

    public void Apply(MqttSettings settings)
    {
        Settings = settings;
        _service.Apply(settings);
    }

    public void Publish(Snapshot snapshot, params RadioEvent[] events) => Feed.Publish(snapshot, events);

    public Task SaysAsync(string part) =>
        Eventually.IsTrueAsync(
            () => Logger.Lines.Any(line => line.Contains(part, StringComparison.Ordinal)),
            () => $"a log line with \"{part}\", not only:\n{string.Join('\n', Logger.Lines)}");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        // Whatever ended it early is a failure of the test as well; stopped before it began, it is merely cancelled.
        if (_service.ExecuteTask is { IsCanceled: false } executed) await executed;
        _service.Dispose();
        if (_ownsData) Directory.Delete(_data, recursive: true);
        Logger.AssertNothingUnexpected();
    }
}

internal sealed class CommandRecorder : ICommandSink
{
    private readonly Channel<RadioCommand> _commands = Channel.CreateBounded<RadioCommand>(100);
    private readonly Channel<PiCommand> _ofPis = Channel.CreateBounded<PiCommand>(100);

    public ChannelReader<RadioCommand> Commands => _commands.Reader;

    public ValueTask SendAsync(RadioCommand command, CancellationToken cancellationToken) =>
        _commands.Writer.WriteAsync(command, cancellationToken);

    public ValueTask SendAsync(PiCommand command, CancellationToken cancellationToken) =>
        _ofPis.Writer.WriteAsync(command, cancellationToken);

    public async Task<PiCommand> NextOfPiAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline * MachinePace.Slowest);
        return await _ofPis.Reader.ReadAsync(deadline.Token);
    }

    public async Task<RadioCommand> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline * MachinePace.Slowest);
        return await _commands.Reader.ReadAsync(deadline.Token);
    }
}

internal sealed class ControlRecorder : IBridgeControl
{
    private readonly Channel<BridgeCommand> _commands = Channel.CreateBounded<BridgeCommand>(100);

    public void Handle(BridgeCommand command) => Assert.True(_commands.Writer.TryWrite(command));

    public async Task<BridgeCommand> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _commands.Reader.ReadAsync(deadline.Token);
    }
}

internal sealed class ProblemRecorder : IBridgeProblems
{
    private readonly Lock _gate = new();
    private readonly List<(string Source, string Problem)> _now = [];

    /// <summary>The newest of what is a problem now, whoever says so.</summary>
    public string? Last
    {
        get
        {
            lock (_gate) return _now.Count == 0 ? null : _now[^1].Problem;
        }
    }

    public void Report(string source, string? problem)
    {
        lock (_gate)
        {
            _now.RemoveAll(said => said.Source == source);
            if (problem is not null) _now.Add((source, problem));
        }
    }
}
