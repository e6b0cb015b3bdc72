using System.Threading.Channels;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>
/// Tells Home Assistant over MQTT how the bridge, its Pis and its radios are, and takes a person's commands. Reads
/// snapshots and events; decides nothing. A broker that is away never stops anything else.
/// </summary>
/// <remarks>
/// Nothing is published before the first snapshot other than <see cref="Snapshot.Empty"/>, and that one must hold every
/// radio and Pi there is: what it lacks is removed from Home Assistant.
/// </remarks>
internal sealed class HomeAssistantService : BackgroundService
{
    private readonly IBrokerSource _brokers;
    private readonly StateFeed _feed;
    private readonly ICommandSink _commands;
    private readonly IBridgeControl _bridge;
    private readonly IBridgeProblems _problems;
    private readonly string _version;
    private readonly PublishedTopics _published;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly string _nonce;
    private readonly TransitionLog _log;
    private readonly ChannelReader<RadioEvent> _events;
    private readonly KnownBrokers _known;

    private readonly Lock _gate = new();
    private MqttSettings _settings;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="version">Longwire's own version, as Home Assistant shows it.</param>
    /// <param name="dataFolder">
    /// Where <c>mqtt.json</c> remembers which retained topics are ours, so that they can be cleared one day.
    /// </param>
    public HomeAssistantService(
        MqttSettings settings,
        IBrokerSource brokers,
        StateFeed feed,
        ICommandSink commands,
        IBridgeControl bridge,
        IBridgeProblems problems,
        string version,
        string dataFolder,
        TimeProvider time,
        Random random,
        ILogger<HomeAssistantService> logger)
    {
        _settings = settings;
        _brokers = brokers;
        _feed = feed;
        _commands = commands;
        _bridge = bridge;
        _problems = problems;
        _version = version;
        _log = new TransitionLog(logger, time);
        _published = new PublishedTopics(dataFolder, _log);
        _time = time;
        _random = random;
        _nonce = OwnInstance.NewNonce(random);
        _events = feed.SubscribeToEvents();
        _known = new KnownBrokers(time, _log);
    }

    /// <summary>New options, live: does nothing if they are the same, else leaves the broker politely and starts anew.</summary>
    public void Apply(MqttSettings changed)
    {
        lock (_gate)
        {
            if (_settings == changed) return;
            _settings = changed;
            _changed.TrySetResult();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _log.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            MqttSettings settings;
            Task changed;
            lock (_gate)
            {
                if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (settings, changed) = (_settings, _changed.Task);
            }
            using var run = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            Task running = RunAsync(settings, stoppingToken, run.Token);
            await Task.WhenAny(running, changed);
            await run.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException) when (run.IsCancellationRequested)
            {
                // Stopped, or new settings.
            }
        }
    }

    /// <param name="stopping">Longwire stops; <paramref name="cancellationToken"/> ends with new settings, too.</param>
    private async Task RunAsync(MqttSettings settings, CancellationToken stopping, CancellationToken cancellationToken)
    {
        Snapshot first = _feed.Current;
        while (ReferenceEquals(first, Snapshot.Empty)) first = await _feed.WaitForChangeAsync(first, cancellationToken);

        var news = new BrokerLog(_log);
        var pauses = new ReconnectDelays(_random);
        var refused = new RefusedMessages(_problems, _time, _log);
        // Another broker or base topic may take what this one did not.
        refused.Connected(null);
        var session = new BrokerSession(
            new Topics(settings.BaseTopic, settings.DiscoveryPrefix), new OwnInstance(first.Bridge.InstanceId, _nonce),
            _feed, _commands, _bridge, _problems, news, _published,
            new BrokerConnector(_known, _time), refused, new RadioEvents(_events, _time), _version, _time, _log, stopping);
        long noneSince = _time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await _brokers.FindAsync(settings.Broker, cancellationToken) is not { } broker)
            {
                news.None(_brokers.WhyNone);
                bool soon = _time.GetElapsedTime(noneSince) < BrokerTimers.BrokerComesWithin;
                await Task.Delay(soon ? BrokerTimers.AskForBrokerSoon : BrokerTimers.AskForBrokerEvery, _time, cancellationToken);
                continue;
            }
            long start = _time.GetTimestamp();
            try
            {
                await session.RunAsync(broker, cancellationToken);
            }
            catch (BrokerException e)
            {
                noneSince = _time.GetTimestamp();
                TimeSpan pause = pauses.After(e.Failure, _time.GetElapsedTime(start));
                news.Failed(broker, e);
                if (pauses.Duel) session.ReportDuel();
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
    }
}
