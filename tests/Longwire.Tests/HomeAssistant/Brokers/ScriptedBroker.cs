using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwire.HomeAssistant.Broker;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>CONNECT, as far as tests ask for it; version 4 is MQTT 3.1.1.</summary>
internal sealed record ConnectPacket(int Version, bool WillRetain, int WillQoS);

internal sealed record PublishPacket(int Version, string Topic, string Payload, bool Retain, int QoS, ushort Id, int Size);

/// <param name="Bytes">What the client reads.</param>
/// <param name="End">And then the connection is closed.</param>
internal sealed record Answer(byte[] Bytes, bool End = false)
{
    public static Answer Silence { get; } = new([]);
    public static Answer Close { get; } = new([], End: true);

    /// <summary>CONNACK as MQTT 3.1.1 writes it (section 3.2), which is also how its brokers answer a CONNECT of MQTT 5.</summary>
    public static Answer OldConnack(int code) => new([0x20, 2, 0, (byte)code], End: code != 0);

    /// <summary>CONNACK of MQTT 5, section 3.2.</summary>
    public static Answer Connack(int code, params byte[] properties) =>
        new([0x20, (byte)(3 + properties.Length), 0, (byte)code, (byte)properties.Length, .. properties], End: code != 0);

    /// <summary>DISCONNECT of MQTT 5, section 3.14.</summary>
    public static Answer Disconnect(int code) => new([0xE0, 1, (byte)code], End: true);

    public static Answer Puback(PublishPacket packet, int code = 0)
    {
        if (packet.QoS == 0) return Silence;
        byte[] id = [(byte)(packet.Id >> 8), (byte)packet.Id];
        return new Answer(code == 0 ? [0x40, 2, .. id] : [0x40, 3, .. id, (byte)code]);
    }
}

/// <summary>
/// Answers what a test tells it to, for what no real broker here can be brought to say. A stand-in: its answers are those that the
/// standards document (OASIS MQTT 3.1.1 and 5). It hands a message on only to its own sender, and keeps none.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private const string ClientId = "longwire-a1";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _served = [];
    private readonly ConcurrentQueue<ConnectPacket> _connects = new();
    private readonly ConcurrentQueue<PublishPacket> _publishes = new();
    private readonly Task _accepting;

    public ScriptedBroker()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Func<ConnectPacket, Answer> OnConnect { get; set; } = connect => connect.Version == 5 ? Answer.Connack(0) : Answer.OldConnack(0);
    public Func<PublishPacket, Answer> OnPublish { get; set; } = publish => Answer.Puback(publish);

    /// <summary>The reason code for a filter.</summary>
    public Func<string, int> OnSubscribe { get; set; } = _ => 1;
    public bool AnswersSubscribe { get; set; } = true;
    public Func<Answer> OnPing { get; set; } = () => new Answer([0xD0, 0]);

    /// <summary>A close is a reset instead of an end of stream.</summary>
    public bool Resets { get; set; }

    public IReadOnlyCollection<ConnectPacket> Connects => _connects;
    public IReadOnlyCollection<PublishPacket> Publishes => _publishes;
    public int Disconnects { get; private set; }

    /// <summary>Opens a connection of ours to it, in one dialect.</summary>
    public Task<BrokerConnection> OpenAsync(TimeProvider time, Dialect? dialect = null) => BrokerConnection.OpenAsync(
        Address(user: null), ClientId, willTopic: null, dialect ?? Dialect.Full, NewInbox(), refused: null, time, CancellationToken.None);

    /// <summary>The same in the dialect that it turns out to speak.</summary>
    public Task<BrokerConnection> OpenAsync(BrokerConnector connector, string? willTopic = null, string? user = null) =>
        connector.OpenAsync(Address(user), ClientId, willTopic, NewInbox(), refused: null, CancellationToken.None);

    public Task HasAsync(string topic) => Eventually.IsTrueAsync(
        () => _publishes.Any(publish => publish.Topic == topic),
        () => $"{topic}, not only {string.Join(", ", _publishes.Select(publish => publish.Topic))}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_served);
        _stop.Dispose();
    }

    private static IncomingMessages NewInbox() => new(new Topics("longwire", "homeassistant"));

    private BrokerAddress Address(string? user) => new("127.0.0.1", Port) { Username = user };

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                var conversation = new Conversation();
                bool ended = false;
                while (!ended && await ReadPacketAsync(stream) is { } packet)
                {
                    foreach (Answer answer in Reply(packet, conversation))
                    {
                        if (answer.Bytes.Length > 0) await stream.WriteAsync(answer.Bytes, _stop.Token);
                        ended |= answer.End;
                    }
                }
                if (Resets) client.Client.LingerState = new LingerOption(enable: true, 0);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // Disposed, or the client went away.
            }
        }
    }

    private IEnumerable<Answer> Reply(Packet packet, Conversation conversation)
    {
        switch (packet.Header >> 4)
        {
            case 1:
                byte flags = packet.Body[7];
                var connect = new ConnectPacket(packet.Body[6], (flags & 0x20) != 0, (flags >> 3) & 3);
                conversation.Version = connect.Version;
                _connects.Enqueue(connect);
                yield return OnConnect(connect);
                break;
            case 3:
                PublishPacket publish = ReadPublish(packet, conversation.Version);
                _publishes.Enqueue(publish);
                yield return OnPublish(publish);
                if (conversation.Filters.Contains(publish.Topic)) yield return HandOn(publish);
                break;
            case 8:
                if (AnswersSubscribe) yield return Suback(packet, conversation);
                break;
            case 10:
                if (AnswersSubscribe) yield return Unsuback(packet, conversation);
                break;
            case 12:
                yield return OnPing();
                break;
            case 14:
                Disconnects++;
                yield return Answer.Close;
                break;
        }
    }

    private Answer Suback(Packet packet, Conversation conversation)
    {
        var codes = new List<byte>();
        int at = conversation.Version == 5 ? 3 + packet.Body[2] : 2;
        while (at < packet.Body.Length)
        {
            string filter = ReadText(packet.Body, ref at);
            at++;
            codes.Add((byte)OnSubscribe(filter));
            conversation.Filters.Add(filter);
        }
        byte[] properties = conversation.Version == 5 ? [0] : [];
        return new Answer([0x90, (byte)(2 + properties.Length + codes.Count), packet.Body[0], packet.Body[1], .. properties, .. codes]);
    }

    private static Answer Unsuback(Packet packet, Conversation conversation)
    {
        // One code for each filter in MQTT 5, none at all in 3.1.1.
        if (conversation.Version != 5) return new Answer([0xB0, 2, packet.Body[0], packet.Body[1]]);
        var codes = new List<byte>();
        for (int at = 3 + packet.Body[2]; at < packet.Body.Length; codes.Add(0)) ReadText(packet.Body, ref at);
        return new Answer([0xB0, (byte)(3 + codes.Count), packet.Body[0], packet.Body[1], 0, .. codes]);
    }

    private static PublishPacket ReadPublish(Packet packet, int version)
    {
        int at = 0;
        string topic = ReadText(packet.Body, ref at);
        int qos = (packet.Header >> 1) & 3;
        ushort id = 0;
        if (qos > 0)
        {
            id = BinaryPrimitives.ReadUInt16BigEndian(packet.Body.AsSpan(at));
            at += 2;
        }
        if (version == 5) at += 1 + packet.Body[at];
        string payload = Encoding.UTF8.GetString(packet.Body.AsSpan(at));
        return new PublishPacket(version, topic, payload, (packet.Header & 1) != 0, qos, id, packet.Size);
    }

    private static Answer HandOn(PublishPacket publish)
    {
        byte[] topic = Encoding.UTF8.GetBytes(publish.Topic);
        byte[] properties = publish.Version == 5 ? [0] : [];
        byte[] payload = Encoding.UTF8.GetBytes(publish.Payload);
        byte[] body = [(byte)(topic.Length >> 8), (byte)topic.Length, .. topic, .. properties, .. payload];
        byte[] length = body.Length < 128 ? [(byte)body.Length] : [(byte)(0x80 | (body.Length & 0x7F)), (byte)(body.Length >> 7)];
        return new Answer([0x30, .. length, .. body]);
    }

    private static string ReadText(byte[] from, ref int at)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(from.AsSpan(at));
        string text = Encoding.UTF8.GetString(from.AsSpan(at + 2, length));
        at += 2 + length;
        return text;
    }

    private async Task<Packet?> ReadPacketAsync(NetworkStream stream)
    {
        byte[] one = new byte[1];
        if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
        byte header = one[0];
        int length = 0, shift = 0, head = 1;
        do
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            length |= (one[0] & 0x7F) << shift;
            shift += 7;
            head++;
        }
        while ((one[0] & 0x80) != 0);
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new Packet(header, body, head + length);
    }

    private sealed record Packet(byte Header, byte[] Body, int Size);

    private sealed class Conversation
    {
        public int Version { get; set; }
        public HashSet<string> Filters { get; } = [];
    }
}
