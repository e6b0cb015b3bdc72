using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>A message, and whether it lay on the broker when we subscribed.</summary>
internal sealed record Seen(string Topic, string Payload, bool Retained)
{
    public long Timestamp { get; } = Stopwatch.GetTimestamp();

    /// <summary>When it arrived, by a clock that only goes forward.</summary>
    public TimeSpan At => Stopwatch.GetElapsedTime(0, Timestamp);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Payload);
}

/// <summary>Somebody else on the broker: sees everything in order, and can say anything. Stands in for Home Assistant.</summary>
internal sealed class Observer : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Lock _gate = new();
    private ImmutableList<Seen> _seen = [];

    public static async Task<Observer> ConnectAsync(int port, Action<MqttClientOptionsBuilder>? more = null)
    {
        var observer = new Observer();
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port)
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500);
        more?.Invoke(options);
        observer._client.ApplicationMessageReceivedAsync += args =>
        {
            MqttApplicationMessage message = args.ApplicationMessage;
            lock (observer._gate)
            {
                observer._seen = observer._seen.Add(
                    new Seen(message.Topic, Encoding.UTF8.GetString(message.Payload.ToArray()), message.Retain));
            }
            return Task.CompletedTask;
        };
        MqttClientConnectResult result = await observer._client.ConnectAsync(options.Build());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
        await observer._client.SubscribeAsync("#", MqttQualityOfServiceLevel.AtLeastOnce);
        return observer;
    }

    public ImmutableList<Seen> All => Volatile.Read(ref _seen);

    public int Count => All.Count;

    public IEnumerable<Seen> On(string topic, int from = 0) => All.Skip(from).Where(seen => seen.Topic == topic);

    /// <summary>What lies on the broker now, as a newcomer would find it.</summary>
    public static async Task<ImmutableDictionary<string, string>> RetainedAsync(int port)
    {
        await using Observer newcomer = await ConnectAsync(port);
        await newcomer.FenceAsync();
        return newcomer.All.Where(seen => seen.Retained).ToImmutableDictionary(seen => seen.Topic, seen => seen.Payload);
    }

    public async Task<Seen> WaitForAsync(string topic, Func<Seen, bool>? which = null, int from = 0, TimeSpan? within = null)
    {
        Seen? found = null;
        await Eventually.IsTrueAsync(
            () => (found = On(topic, from).FirstOrDefault(seen => which is null || which(seen))) is not null,
            () => $"a message on {topic}; seen since were:\n{Tell(from)}",
            within);
        return found!;
    }

    /// <summary>Everything that the broker had before this call has arrived when it returns.</summary>
    public async Task FenceAsync()
    {
        string mark = Guid.NewGuid().ToString("N");
        await SayAsync("fence", mark);
        await WaitForAsync("fence", seen => seen.Payload == mark);
    }

    public Task SayAsync(string topic, string payload, bool retain = false) =>
        _client.PublishStringAsync(topic, payload, MqttQualityOfServiceLevel.AtLeastOnce, retain);

    public string Tell(int from = 0) => string.Join(
        '\n', All.Skip(from).Select(seen => $"  {(seen.Retained ? "r" : " ")} {seen.Topic} {seen.Payload}"));

    public ValueTask DisposeAsync()
    {
        // It has no will, so nobody misses a goodbye; and its broker may have been killed.
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
