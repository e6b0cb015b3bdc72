using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Longwire.Lab.Story;

/// <summary>
/// Takes everything away that the demo left retained on a broker: what it published in this run, what an earlier one left that was killed,
/// and what the broker itself says in our name when our connection ends. It asks the broker what there is, so no record of it can be lost.
/// </summary>
internal static class Cleaning
{
    /// <summary>For all of it. A broker that is being restarted is waited for.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(500);

    /// <summary>Nothing of ours heard for so long, and all of it was heard.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The same while the bridge still stands there as online: its last will is on the way, unless nobody who could leave one was
    /// connected.
    /// </summary>
    private static readonly TimeSpan QuietBeforeWill = TimeSpan.FromSeconds(5);

    /// <returns>The topics that were taken away.</returns>
    /// <exception cref="TimeoutException">The broker is away, or somebody goes on publishing there.</exception>
    public static async Task<IReadOnlyCollection<string>> RunAsync(
        BrokerAddress address, TimeProvider time, CancellationToken cancellationToken = default)
    {
        SortedSet<string> taken = new(StringComparer.Ordinal);
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                await OnceAsync(address, taken, time, cancellationToken);
                return taken;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                if (time.GetElapsedTime(start) > Deadline)
                {
                    throw new TimeoutException(
                        $"What the demo left retained below {DemoTopics.Base}/ on {address.Host}:{address.Port} could not be taken away "
                        + $"({e.Message}). The next script/demo with this broker tries again first.",
                        e);
                }
                await Task.Delay(BetweenAttempts, time, cancellationToken);
            }
        }
    }

    private static async Task OnceAsync(
        BrokerAddress address, SortedSet<string> taken, TimeProvider time, CancellationToken cancellationToken)
    {
        // A broker that has more of ours than this is asked again.
        Channel<(string Topic, string Payload)> seen = Channel.CreateBounded<(string, string)>(10_000);
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            MqttApplicationMessage message = received.ApplicationMessage;
            if (DemoTopics.IsOurs(message.Topic)) seen.Writer.TryWrite((message.Topic, message.ConvertPayloadToString() ?? ""));
            return Task.CompletedTask;
        };
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId($"longwire-demo-{Environment.ProcessId}-cleaning").WithTcpServer(address.Host, address.Port);
        if (address.UserName is not null) options = options.WithCredentials(address.UserName, address.Password ?? "");
        using var opening = new CancellationTokenSource(Attempt, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(opening.Token, cancellationToken);
        MqttClientConnectResult result = await client.ConnectAsync(options.Build(), either.Token);
        if (result.ResultCode != MqttClientConnectResultCode.Success) throw new IOException($"the broker says {result.ResultCode}");
        // By name too: RabbitMQ sends nothing retained for a wildcard.
        foreach (string filter in DemoTopics.Filters.Concat(DemoTopics.Retained))
        {
            await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce, either.Token);
        }

        bool online = false;
        while (await NextAsync(seen.Reader, online ? QuietBeforeWill : Quiet, time, cancellationToken) is { } message)
        {
            // Our own, come back.
            if (message.Payload.Length == 0) continue;
            if (message.Topic == DemoTopics.BridgeState) online = message.Payload == "online";
            using var attempt = new CancellationTokenSource(Attempt, time);
            await client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic(message.Topic).WithRetainFlag()
                    .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
                attempt.Token);
            taken.Add(message.Topic);
        }
        if (!client.IsConnected) throw new IOException("the broker closed the connection");
        await client.DisconnectAsync(cancellationToken: cancellationToken);
    }

    private static async Task<(string Topic, string Payload)?> NextAsync(
        ChannelReader<(string Topic, string Payload)> seen, TimeSpan quiet, TimeProvider time, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(quiet, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await seen.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
