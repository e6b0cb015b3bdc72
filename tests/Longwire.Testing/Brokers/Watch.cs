using System.Globalization;
using System.Net;
using System.Text;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Longwire.Testing.Brokers;

/// <summary>A client that is subscribed to everything and keeps it. It publishes too, in other people's names.</summary>
public sealed class Watch : IAsyncDisposable
{
    // A flood is a finding in itself; it must not become the test machine's as well.
    private const int MessagesKept = 100_000;

    private readonly TimeProvider _time;
    private readonly Predicate<string> _keeps;
    private readonly Lock _gate = new();
    private readonly List<Message> _messages = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IMqttClient? _client;

    /// <param name="keeps">Of which topics messages are kept; of all if not said. On other people's brokers there is anything.</param>
    internal Watch(TimeProvider time, Predicate<string>? keeps = null) => (_time, _keeps) = (time, keeps ?? (_ => true));

    /// <summary>All messages in the order they came.</summary>
    public IReadOnlyList<Message> Messages
    {
        get { lock (_gate) return [.. _messages]; }
    }

    /// <summary>How many messages came so far: what comes later is found from here.</summary>
    public int Count
    {
        get { lock (_gate) return _messages.Count; }
    }

    /// <summary>The last payload of a topic; null if there was none.</summary>
    public string? Latest(string topic)
    {
        lock (_gate) return _messages.FindLast(message => message.Topic == topic)?.Payload;
    }

    /// <summary>The first message from <paramref name="from"/> on that fits, waited for until the deadline.</summary>
    /// <param name="what">What is waited for, in words.</param>
    public async Task<Message> WaitForAsync(
        Func<Message, bool> fits, TimeSpan deadline, string what, int from = 0, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline);
        int next = from;
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                for (; next < _messages.Count; next++)
                {
                    if (fits(_messages[next])) return _messages[next];
                }
                grown = _grown.Task;
            }
            try
            {
                await grown.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"MQTT: not within {deadline.TotalSeconds:0.0} s: {what}");
            }
        }
    }

    /// <summary>Waits until the latest payloads, taken together, make something true.</summary>
    public async Task WaitUntilAsync(
        Func<Entities, bool> holds, TimeSpan deadline, string what, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline);
        while (true)
        {
            Task grown;
            lock (_gate) grown = _grown.Task;
            Entities entities = Entities();
            if (holds(entities)) return;
            try
            {
                await grown.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"MQTT: not within {deadline.TotalSeconds:0.0} s: {what}\n{entities}");
            }
        }
    }

    /// <summary>What Home Assistant would show now.</summary>
    public Entities Entities() => Brokers.Entities.From(Messages, _time);

    public async Task PublishAsync(string topic, string payload, bool retain = false) =>
        await _client!.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

    /// <summary>Says what Home Assistant says when it has started.</summary>
    public Task HomeAssistantStartsAsync() => PublishAsync("homeassistant/status", "online");

    internal Task FollowAsync(IPEndPoint broker, BrokerSetup setup) =>
        FollowAsync(broker.Address.ToString(), broker.Port, setup.UserName, setup.Password, setup.Tls, "#");

    internal async Task FollowAsync(string host, int port, string? userName, string? password, bool tls, params IEnumerable<string> topics)
    {
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            MqttApplicationMessage message = received.ApplicationMessage;
            if (!_keeps(message.Topic)) return Task.CompletedTask;
            Add(new Message(_time.GetTimestamp(), message.Topic, message.ConvertPayloadToString() ?? "", message.Retain));
            return Task.CompletedTask;
        };
        // Without an end: a broker that a test makes stand still must not lose its watcher. (None at all is mistaken for one that is over
        // at once.)
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId($"longwire-lab-{Guid.NewGuid():N}")
            .WithTcpServer(host, port).WithKeepAlivePeriod(TimeSpan.FromHours(1)).WithCleanStart();
        if (userName is not null) options = options.WithCredentials(userName, password ?? "");
        if (tls)
        {
            // The test knows the broker it has just made: whether certificates are checked is the program's business, not the watcher's.
            options = options.WithTlsOptions(choice => choice.UseTls().WithCertificateValidationHandler(_ => true));
        }
        MqttClientConnectResult result = await client.ConnectAsync(options.Build());
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"The broker refused the watcher: {result.ResultCode}");
        }
        var subscription = new MqttClientSubscribeOptionsBuilder();
        foreach (string topic in topics)
        {
            subscription = subscription.WithTopicFilter(filter => filter.WithTopic(topic).WithAtLeastOnceQoS());
        }
        await client.SubscribeAsync(subscription.Build());
        _client = client;
    }

    internal bool IsConnected => _client is { IsConnected: true };

    internal async Task LetGoAsync()
    {
        _client?.Dispose();
        _client = null;
        await Task.CompletedTask;
    }

    internal string Describe()
    {
        var text = new StringBuilder("--- messages, the last 60\n");
        foreach (Message message in Messages.TakeLast(60))
        {
            string payload = message.Payload.Length > 400 ? message.Payload[..400] + "…" : message.Payload;
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{_time.GetElapsedTime(message.Timestamp).TotalSeconds,8:0.000} s ago "
                    + $"{(message.Retained ? "retained " : "")}{message.Topic} {payload}");
        }
        return text.ToString();
    }

    public async ValueTask DisposeAsync() => await LetGoAsync();

    private void Add(Message message)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            if (_messages.Count < MessagesKept) _messages.Add(message);
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
    }
}
