using System.Buffers;
using MQTTnet;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What one connection publishes: within the broker's limits, one message at a time, and with a word about each that is not taken.
/// </summary>
/// <param name="willTopic">What is not taken there is thrown: it makes all the rest useless.</param>
/// <param name="refused">Takes what the broker does not; null: it is thrown.</param>
/// <param name="ask">Asks the broker, within a deadline.</param>
/// <param name="lost">Why the connection is no more, once it is.</param>
internal sealed class Publishing(
    IMqttClient client,
    BrokerLimits limits,
    string? willTopic,
    RefusedMessages? refused,
    Func<Func<CancellationToken, Task<MqttClientPublishResult>>, CancellationToken, Task<MqttClientPublishResult>> ask,
    Task<BrokerException> lost) : IDisposable
{
    private const uint EventExpirySeconds = 30;

    // One unacknowledged message at a time: no receive maximum is exceeded, and it is known during which one a connection ended.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Says something where we need not be let, and nobody is told if we are not.</summary>
    /// <returns>False: it was not taken, or the broker would not tell (in MQTT 3.1.1 and at QoS 0 it throws away without a word).</returns>
    public async Task<bool> ProbeAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (limits.IsOld || limits.QoS == MqttQualityOfServiceLevel.AtMostOnce) return false;
        MqttApplicationMessage message = Message(topic, payload, retain: false);
        return !(limits.SizeOf(message) > limits.LongestPacket) && (await SendAsync(message, () => { }, cancellationToken)).IsSuccess;
    }

    /// <summary>
    /// Done when the broker has it, or has refused it. What is not retained is dropped for readers that are away for long.
    /// </summary>
    /// <returns>False: the broker does not take it; that is remembered and told.</returns>
    public async Task<bool> PublishAsync(
        string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellationToken)
    {
        MqttApplicationMessage message = Message(topic, payload, retain);
        long size = limits.SizeOf(message);
        // Sent all the same, it would cost us the connection.
        if (size > limits.LongestPacket) return Refuse(topic, payload, RefusalText.TooLarge(limits.LongestPacket.Value), $"{size} bytes");
        if (topic != willTopic && refused?.Holds(topic, payload) == true) return false;

        MqttClientPublishResult result = await SendOrBlameAsync(message, payload, cancellationToken);
        if (!result.IsSuccess)
        {
            int code = (int)result.ReasonCode;
            string detail = code == ReasonCode.PacketTooLarge ? $"{size} bytes" : RefusalText.Quote(result.ReasonString);
            return Refuse(topic, payload, RefusalText.OfPublish(code), detail);
        }
        refused?.Taken(topic, reading: false);
        return true;
    }

    private bool Refuse(string topic, ReadOnlyMemory<byte> payload, MessageRefusal why, string detail)
    {
        refused?.Refused(topic, payload, why, detail);
        if (refused is not null && topic != willTopic) return false;
        string named = detail.Length == 0 ? topic : $"{topic} ({detail})";
        throw new BrokerException(BrokerFailure.Refused, RefusalText.Sentence(named, plural: false, why));
    }

    private MqttApplicationMessage Message(string topic, ReadOnlyMemory<byte> payload, bool retain) => new()
    {
        Topic = topic,
        Payload = new ReadOnlySequence<byte>(payload),
        Retain = retain && limits.Retain,
        QualityOfServiceLevel = limits.QoS,
        MessageExpiryInterval = retain || limits.IsOld ? 0 : EventExpirySeconds,
    };

    private Task<MqttClientPublishResult> SendAsync(MqttApplicationMessage message, Action underWay, CancellationToken cancellationToken) =>
        ask(
            async token =>
            {
                await _turn.WaitAsync(token);
                try
                {
                    underWay();
                    return await client.PublishAsync(message, token);
                }
                finally
                {
                    _turn.Release();
                }
            },
            cancellationToken);

    private async Task<MqttClientPublishResult> SendOrBlameAsync(
        MqttApplicationMessage message, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        bool sent = false;
        try
        {
            return await SendAsync(message, () => sent = true, cancellationToken);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            // Cancelled too, as whoever asked gives up when the connection is gone.
            if (!sent || refused is null || !lost.IsCompletedSuccessfully) throw;
            BrokerException end = await lost;
            if (!refused.IsBlamed(message.Topic, payload, end) || message.Topic != willTopic) throw;
            string sentence = RefusalText.Sentence(message.Topic, plural: false, RefusalText.OfCostly(end));
            throw new BrokerException(BrokerFailure.Refused, sentence, end);
        }
    }

    public void Dispose() => _turn.Dispose();
}
