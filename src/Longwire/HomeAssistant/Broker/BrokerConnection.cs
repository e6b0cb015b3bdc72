using System.Buffers;
using System.Text;
using Longwire.Platform;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// One connection to the broker, from CONNECT to its end; never connected again, a successor is. Everything asked of the
/// broker has a deadline, and everything that goes wrong comes out as a <see cref="BrokerException"/>.
/// </summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    private readonly IMqttClient _client;
    private readonly RefusedMessages? _refused;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<BrokerException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _closing = new();

    private readonly HashSet<string> _filters = new(StringComparer.Ordinal);
    private BrokerLimits _limits = null!;
    private Publishing _publishing = null!;
    private Task _pinger = Task.CompletedTask;

    private BrokerConnection(BrokerTls? tls, IncomingMessages inbox, RefusedMessages? refused, TimeProvider time)
    {
        _refused = refused;
        _time = time;
        _client = new MqttClientFactory().CreateMqttClient(new BrokerChannel.Factory(tls?.Options(), time));
        _client.ApplicationMessageReceivedAsync += args =>
        {
            inbox.Deliver(args.ApplicationMessage.Topic, args.ApplicationMessage.Payload.ToArray(), args.ApplicationMessage.Retain);
            return Task.CompletedTask;
        };
        // Only noted: connecting again in there would deadlock. It comes for failed attempts too.
        _client.DisconnectedAsync += args => EndAsync(RefusalText.OfEnd((int)args.Reason, args.ReasonString ?? args.Exception?.Message));
    }

    /// <summary>Completes, and never fails, when the connection is no more; the first cause.</summary>
    public Task<BrokerException> Lost => _lost.Task;

    /// <summary>Cancelled after <see cref="Lost"/> has its cause.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>In one dialect; <see cref="BrokerConnector"/> knows which.</summary>
    /// <param name="willTopic">
    /// Becomes <c>offline</c> when we die; null for one that speaks for nobody. What cannot be written there makes all the rest useless.
    /// </param>
    /// <param name="refused">Takes what the broker does not; null: it is thrown.</param>
    /// <exception cref="BrokerException">It could not be opened.</exception>
    public static async Task<BrokerConnection> OpenAsync(
        BrokerAddress broker,
        string clientId,
        string? willTopic,
        Dialect dialect,
        IncomingMessages inbox,
        RefusedMessages? refused,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var tls = new BrokerTls(broker);
        MqttClientOptions options = ConnectOptions.Of(broker, clientId, willTopic, dialect);
#pragma warning disable CA2000 // Handed to the caller, or disposed in the catch.
        var connection = new BrokerConnection(broker.Tls ? tls : null, inbox, refused, time);
#pragma warning restore CA2000
        using var deadline = new Deadline(BrokerTimers.ConnectDeadline, time, cancellationToken);
        try
        {
            MqttClientConnectResult result = await connection._client.ConnectAsync(options, deadline.Token);
            if (result.ResultCode != MqttClientConnectResultCode.Success) throw RefusalText.Of(result, broker);
            connection._limits = BrokerLimits.Of(result, dialect);
            connection._publishing = new Publishing(
                connection._client, connection._limits, willTopic, refused, connection.AskAsync, connection.Lost);
            refused?.Connected(connection._limits);
            connection._pinger = connection.PingAsync();
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is BrokerException) throw;
            throw RefusalText.Of(e, broker, deadline.Passed, tls);
        }
    }

    /// <summary>Done when the broker has it, or has refused it.</summary>
    /// <returns>False: the broker does not take it; that is remembered and told.</returns>
    public Task<bool> RetainAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        _publishing.PublishAsync(topic, payload, retain: true, cancellationToken);

    /// <inheritdoc cref="RetainAsync(string, ReadOnlyMemory{byte}, CancellationToken)" />
    public Task<bool> RetainAsync(string topic, string payload, CancellationToken cancellationToken) =>
        RetainAsync(topic, Encoding.UTF8.GetBytes(payload), cancellationToken);

    /// <summary>For what is true only now; a broker of MQTT 5 drops it for readers that are away longer than half a minute.</summary>
    /// <returns>False: the broker does not take it; that is remembered and told.</returns>
    public Task<bool> SayAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        _publishing.PublishAsync(topic, payload, retain: false, cancellationToken);

    /// <summary>Whether the broker took what we said there last, as far as it tells.</summary>
    public bool Takes(string topic) => _refused?.IsRefused(topic) != true;

    /// <inheritdoc cref="Publishing.ProbeAsync" />
    public Task<bool> ProbeAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        _publishing.ProbeAsync(topic, payload, cancellationToken);

    /// <param name="withRetained">
    /// Send what lies there already. MQTT 3.1.1 always does; <see cref="IncomingMessages"/> drops what is old news.
    /// </param>
    /// <param name="retainAsPublished">Keep the flag on what is said later, too; MQTT 5 only.</param>
    /// <returns>The filters that the broker does not let us read; that is told.</returns>
    public async Task<IReadOnlyCollection<string>> SubscribeAsync(
        IEnumerable<string> filters, bool withRetained, bool retainAsPublished, CancellationToken cancellationToken)
    {
        bool all = withRetained || _limits.IsOld;
        var options = new MqttClientSubscribeOptions
        {
            TopicFilters =
            [
                .. filters.Select(filter => new MqttTopicFilter
                {
                    Topic = filter,
                    QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                    RetainAsPublished = retainAsPublished && !_limits.IsOld,
                    RetainHandling = all ? MqttRetainHandling.SendAtSubscribe : MqttRetainHandling.DoNotSendOnSubscribe,
                }),
            ],
        };
        _filters.UnionWith(options.TopicFilters.Select(filter => filter.Topic));
        MqttClientSubscribeResult result = await AskAsync(token => _client.SubscribeAsync(options, token), cancellationToken);
        List<string> unread = [];
        foreach (MqttClientSubscribeResultItem item in result.Items)
        {
            string filter = item.TopicFilter.Topic;
            if ((int)item.ResultCode < ReasonCode.UnspecifiedError)
            {
                _refused?.Taken(filter, reading: true);
                continue;
            }
            MessageRefusal why = RefusalText.OfSubscribe((int)item.ResultCode);
            if (_refused is null) throw new BrokerException(BrokerFailure.Refused, RefusalText.Sentence(filter, plural: false, why));
            // What we have to say is worth saying to one who does not let us read.
            _refused.Refused(filter, default, why);
            unread.Add(filter);
        }
        return unread;
    }

    /// <summary>A polite goodbye: the broker drops our last will. Does nothing if the connection is lost already.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (Lost.IsCompleted) return;
        using var deadline = new Deadline(BrokerTimers.Goodbye, _time, cancellationToken);
        await UnsubscribeAsync(deadline.Token);
        // If it broke just now, there is nobody left to say goodbye to.
        Task left = _client.DisconnectAsync(new MqttClientDisconnectOptions(), deadline.Token);
        await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // What the broker still sends would lie unread when we close: the kernel answers that with a reset, the broker never reads our
    // DISCONNECT, and our will declares dead whoever owns the topic (seen with mosquitto on a busy machine).
    private async Task UnsubscribeAsync(CancellationToken cancellationToken)
    {
        if (_filters.Count == 0) return;
        using var deadline = new Deadline(BrokerTimers.HeardOut, _time, cancellationToken);
        var all = new MqttClientUnsubscribeOptions { TopicFilters = [.. _filters] };
        await ((Task)_client.UnsubscribeAsync(all, deadline.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _pinger;
        // The library tells of the end on a task of its own, perhaps after this: it must find the cause taken.
        _lost.TrySetResult(new BrokerException(BrokerFailure.Away, "we closed the connection."));
        _client.Dispose();
        _publishing?.Dispose();
        _gone.Dispose();
        _closing.Dispose();
    }

    private async Task PingAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_limits.PingEvery, _time);
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
        cancellationToken.ThrowIfCancellationRequested();
        // An answer that nobody waits for any more is a violation to the library, which ends the connection for it, and our goodbye with
        // it.
        using var heardOut = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using CancellationTokenRegistration cancelled = cancellationToken.Register(() => heardOut.CancelAfter(BrokerTimers.HeardOut));
        using var deadline = new Deadline(BrokerTimers.AnswerDeadline, _time, heardOut.Token);
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
            return RefusalText.OfEnd((int?)(e as MqttClientUnexpectedDisconnectReceivedException)?.ReasonCode, e.Message);
        }
    }
}
