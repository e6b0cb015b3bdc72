using System.Collections.Concurrent;
using System.Threading.Channels;
using Longwire.Health;
using Longwire.HomeAssistant;
using Longwire.Options;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>Our service with everything around it that a test wants to hold.</summary>
internal sealed class Bridge : IAsyncDisposable
{
    // Seeded, and no two alike: each stands for a process of its own.
    private static int s_seed;

    private readonly string _data;
    private readonly bool _ownsData;
    private readonly HomeAssistantService _service;

    public Bridge(int port, Snapshot? snapshot = null, string? data = null, MqttOptions? options = null, TimeProvider? time = null, string baseTopic = "longwire")
    {
        _ownsData = data is null;
        _data = data ?? Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;
        Settings = new MqttSettings(options ?? new MqttOptions { Host = "127.0.0.1", Port = port }, baseTopic);
        if (snapshot is not null) Feed.Publish(snapshot, []);
        _service = new HomeAssistantService(
            Settings, new ConfiguredBroker(), Feed, Commands, Problems, "1.2.3", _data, time ?? TimeProvider.System, new Random(Interlocked.Increment(ref s_seed)), Logger);
    }

    public MqttSettings Settings { get; private set; }
    public StateFeed Feed { get; } = new();
    public CommandRecorder Commands { get; } = new();
    public ProblemRecorder Problems { get; } = new();
    public RecordingLogger<HomeAssistantService> Logger { get; } = new();

    public static async Task<Bridge> StartAsync(
        int port, Snapshot? snapshot, string? data = null, MqttOptions? options = null, TimeProvider? time = null, string baseTopic = "longwire")
    {
        var bridge = new Bridge(port, snapshot, data, options, time, baseTopic);
        await bridge.StartAsync();
        return bridge;
    }

    public Task StartAsync() => _service.StartAsync(CancellationToken.None);

    public Task StopAsync() => _service.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

    public void Apply(MqttSettings settings)
    {
        Settings = settings;
        _service.Apply(settings);
    }

    public void Publish(Snapshot snapshot, params RadioEvent[] events) => Feed.Publish(snapshot, events);

    public Task SaysAsync(string part) =>
        Eventually.IsTrueAsync(() => Logger.Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), () => $"a log line with \"{part}\", not only:\n{string.Join('\n', Logger.Lines)}");

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

    public ChannelReader<RadioCommand> Commands => _commands.Reader;

    public ValueTask SendAsync(RadioCommand command, CancellationToken cancellationToken) => _commands.Writer.WriteAsync(command, cancellationToken);

    public async Task<RadioCommand> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _commands.Reader.ReadAsync(deadline.Token);
    }
}

internal sealed class ProblemRecorder : IBridgeProblems
{
    private readonly ConcurrentQueue<string?> _reports = new();

    public string? Last => _reports.LastOrDefault();

    public void Report(string source, string? problem) => _reports.Enqueue(problem);
}
