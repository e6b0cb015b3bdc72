using System.Buffers;
using System.Net;
using System.Text;
using Longwire.Timing;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant;

/// <summary>
/// One connection to the broker, from CONNECT to its end; never connected again, a successor is. Everything asked of the
/// broker has a deadline, and everything that goes wrong comes out as a <see cref="BrokerException"/>.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    // What the broker may send us; nothing we understand is near that.
    private const int LongestPacket = 128 * 1024;
    private const uint EventExpirySeconds = 30;

    private readonly IMqttClient _client;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<BrokerException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _pinger = Task.CompletedTask;

    private BrokerConnection(Inbox inbox, TimeProvider time)
    {
        _time = time;
        _client = new MqttClientFactory().CreateMqttClient();
        _client.ApplicationMessageReceivedAsync += args =>
        {
            inbox.Deliver(args.ApplicationMessage.Topic, args.ApplicationMessage.Payload.ToArray(), args.ApplicationMessage.Retain);
            return Task.CompletedTask;
        };
        // Only noted: connecting again in there would deadlock. It comes for failed attempts too.
        _client.DisconnectedAsync += args => EndAsync(Broken(args.Reason, args.ReasonString ?? args.Exception?.Message));
    }

    /// <summary>Completes, and never fails, when the connection is no more; the first cause.</summary>
    public Task<BrokerException> Lost => _lost.Task;

    /// <summary>Cancelled after <see cref="Lost"/> has its cause.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <param name="willTopic">Becomes <c>offline</c> when we die; null for one that speaks for nobody.</param>
    /// <exception cref="BrokerException">It could not be opened.</exception>
    public static async Task<BrokerConnection> OpenAsync(
        BrokerAddress broker, string clientId, string? willTopic, Inbox inbox, TimeProvider time, CancellationToken cancellationToken)
    {
        var tls = new BrokerTls(broker);
        MqttClientOptions options = Options(broker, clientId, willTopic, tls);
#pragma warning disable CA2000 // Handed to the caller, or disposed in the catch.
        var connection = new BrokerConnection(inbox, time);
#pragma warning restore CA2000
        using var deadline = new Deadline(BrokerTimers.ConnectDeadline, time, cancellationToken);
        try
        {
            MqttClientConnectResult result = await connection._client.ConnectAsync(options, deadline.Token);
            if (result.ResultCode != MqttClientConnectResultCode.Success) throw Refusals.Of(result, broker);
            connection._pinger = connection.PingAsync();
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is BrokerException) throw;
            throw Refusals.Of(e, broker, deadline.Passed, tls);
        }
    }

    /// <summary>Done when the broker has it.</summary>
    public Task RetainAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        PublishAsync(topic, payload, retain: true, expirySeconds: 0, cancellationToken);

    public Task RetainAsync(string topic, string payload, CancellationToken cancellationToken) =>
        RetainAsync(topic, Encoding.UTF8.GetBytes(payload), cancellationToken);

    /// <summary>For what is true only now; the broker drops it for readers that are away longer than half a minute.</summary>
    public Task SayAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        PublishAsync(topic, payload, retain: false, EventExpirySeconds, cancellationToken);

    /// <param name="withRetained">Send what lies there already.</param>
    /// <param name="retainAsPublished">Keep the flag on what is said later, too; MQTT 5 only.</param>
    /// <returns>The filters that the broker does not let us read.</returns>
    public async Task<IReadOnlyCollection<string>> SubscribeAsync(
        IEnumerable<string> filters, bool withRetained, bool retainAsPublished, CancellationToken cancellationToken)
    {
        var options = new MqttClientSubscribeOptions
        {
            TopicFilters =
            [
                .. filters.Select(filter => new MqttTopicFilter
                {
                    Topic = filter,
                    QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                    RetainAsPublished = retainAsPublished,
                    RetainHandling = withRetained ? MqttRetainHandling.SendAtSubscribe : MqttRetainHandling.DoNotSendOnSubscribe,
                }),
            ],
        };
        MqttClientSubscribeResult result = await AskAsync(token => _client.SubscribeAsync(options, token), cancellationToken);
        return [.. result.Items.Where(item => (int)item.ResultCode >= 0x80).Select(item => item.TopicFilter.Topic)];
    }

    /// <summary>A polite goodbye: the broker drops our last will. Does nothing if the connection is lost already.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Lost.IsCompleted) return;
        // If it broke just now, there is nobody left to say goodbye to.
        await _client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _pinger;
        // The library tells of the end on a task of its own, perhaps after this: it must find the cause taken.
        _lost.TrySetResult(new BrokerException(BrokerFailure.Away, "we closed the connection."));
        _client.Dispose();
        _gone.Dispose();
        _closing.Dispose();
    }

    private static MqttClientOptions Options(BrokerAddress broker, string clientId, string? willTopic, BrokerTls tls) => new()
    {
        ClientId = clientId,
        ProtocolVersion = MqttProtocolVersion.V500,
        CleanSession = true,
        KeepAlivePeriod = BrokerTimers.KeepAlive,
        Timeout = BrokerTimers.AnswerDeadline,
        MaximumPacketSize = LongestPacket,
        Credentials = broker.Username is null ? null : new MqttClientCredentials(broker.Username, Encoding.UTF8.GetBytes(broker.Password ?? "")),
        WillTopic = willTopic,
        WillPayload = willTopic is null ? null : Encoding.UTF8.GetBytes(Topics.Offline),
        WillRetain = willTopic is not null,
        WillQualityOfServiceLevel = willTopic is null ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce,
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = IPAddress.TryParse(broker.Host, out IPAddress? address)
                ? new IPEndPoint(address, broker.Port)
                : new DnsEndPoint(broker.Host, broker.Port),
            TlsOptions = broker.Tls ? tls.Options() : new MqttClientTlsOptions(),
        },
    };

    private async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, uint expirySeconds, CancellationToken cancellationToken)
    {
        var message = new MqttApplicationMessage
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            Retain = retain,
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            MessageExpiryInterval = expirySeconds,
        };
        MqttClientPublishResult result = await AskAsync(token => _client.PublishAsync(message, token), cancellationToken);
        if (!result.IsSuccess) throw Refusals.OfPublish(result, topic);
    }

    private async Task PingAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(BrokerTimers.PingEvery, _time);
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                await AskAsync(
                    async token =>
                    {
                        await _client.PingAsync(token);
                        return true;
                    },
                    _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
        catch (BrokerException e)
        {
            await EndAsync(e);
        }
    }

    private Task EndAsync(BrokerException cause) => _lost.TrySetResult(cause) ? _gone.CancelAsync() : Task.CompletedTask;

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(BrokerTimers.AnswerDeadline, _time, cancellationToken);
        try
        {
            return await ask(deadline.Token);
        }
        catch (Exception e)
        {
            // The library throws what it likes when it is cancelled, or when the connection ends at the same moment.
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            throw await CauseAsync(e, deadline.Passed, cancellationToken);
        }
    }

    /// <summary>
    /// The first cause wins: what we asked fails because the connection is gone, and why it is gone (somebody took it over) the
    /// library tells on another task, a moment later.
    /// </summary>
    private async Task<BrokerException> CauseAsync(Exception e, bool late, CancellationToken cancellationToken)
    {
        if (late && !Lost.IsCompleted)
        {
            return new BrokerException(BrokerFailure.Away, $"it did not answer for {BrokerTimers.AnswerDeadline.TotalSeconds} s.", e);
        }
        try
        {
            return await Lost.WaitAsync(BrokerTimers.CauseDeadline, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Broken((MqttClientDisconnectReason?)(int?)(e as MqttClientUnexpectedDisconnectReceivedException)?.ReasonCode, e.Message);
        }
    }

    private static BrokerException Broken(MqttClientDisconnectReason? reason, string? message) => reason switch
    {
        MqttClientDisconnectReason.SessionTakenOver => new BrokerException(BrokerFailure.TakenOver, "somebody else connected with our client id."),
        MqttClientDisconnectReason.ServerShuttingDown => new BrokerException(BrokerFailure.Away, "the broker is shutting down."),
        _ when string.IsNullOrWhiteSpace(message) => new BrokerException(BrokerFailure.Away, "the connection ended."),
        _ => new BrokerException(BrokerFailure.Away, $"the connection ended ({Printable.Of(message, 100).TrimEnd('.')})."),
    };
}
