using System.Threading.Channels;

namespace Longwire.HomeAssistant.Broker;

/// <param name="Retained">It lay on the broker when we subscribed: old news. Of a command also: whoever said it had it retained.</param>
internal readonly record struct IncomingMessage(string Topic, byte[] Payload, bool Retained);

/// <summary>
/// What the broker sends us, sorted into bounded channels: the library calls one handler at a time, on the task that also
/// takes the acknowledgements we wait for, so it must never wait itself.
/// </summary>
/// <param name="access">Is told by which filter something came.</param>
internal sealed class IncomingMessages(Topics topics, ReadAccess? access = null)
{
    // No message that we understand is longer. In MQTT 5 CONNECT names a limit for a whole packet, above this; 3.1.1 cannot.
    private const int LongestPayload = 64 * 1024;

    private readonly Channel<IncomingMessage> _commands = Channel.CreateBounded<IncomingMessage>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private readonly Channel<IncomingMessage> _bridge = Channel.CreateBounded<IncomingMessage>(
        new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    // Room for one: what is published for a birth serves all that came before it.
    private readonly Channel<bool> _births = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private int _commandsDropped;

    public ChannelReader<IncomingMessage> Commands => _commands.Reader;

    /// <summary>What is said about who owns the base topic.</summary>
    public ChannelReader<IncomingMessage> Bridge => _bridge.Reader;
    public ChannelReader<bool> Births => _births.Reader;

    /// <returns>True once after commands had to be dropped.</returns>
    public bool TakeCommandsDropped() => Interlocked.Exchange(ref _commandsDropped, 0) != 0;

    public void Deliver(string topic, byte[] payload, bool retained)
    {
        if (payload.Length > LongestPayload) return;
        if (topic == topics.BridgeClaim || topic == topics.BridgeInfo || topic == topics.BridgeState)
        {
            access?.Heard(topic);
            // A claim is never retained by us; one that is would speak for the dead.
            if (!retained || topic != topics.BridgeClaim) _bridge.Writer.TryWrite(new IncomingMessage(topic, payload, retained));
        }
        else if (topic == topics.Birth)
        {
            access?.Heard(topic);
            // One that was retained has no date.
            if (!retained && payload.AsSpan().SequenceEqual("online"u8)) _births.Writer.TryWrite(true);
        }
        else
        {
            DeliverCommand(topic, payload, retained);
        }
    }

    private void DeliverCommand(string topic, byte[] payload, bool retained)
    {
        if (access is not null && topics.TryParseCommand(topic, out _, out RadioTopic asked))
        {
            access.Heard(topics.AnyCommand(asked));
            if (access.IsProbe(payload)) return;
        }
        if (!_commands.Writer.TryWrite(new IncomingMessage(topic, payload, retained))) Interlocked.Exchange(ref _commandsDropped, 1);
    }
}
