using System.Diagnostics;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Access rules that let us write and not read: mosquitto grants every subscription, and delivers nothing.</summary>
public sealed class ReadAccessTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Claim = "longwire/bridge/claim", Info = "longwire/bridge/info", Online = "longwire/bridge/state";
    private const string Attach = "longwire/radio/+/attach/set", Reattach = "longwire/radio/+/reattach/set";
    private const string Birth = "homeassistant/status";

    /// <summary>What a user may read, each with what of it is then named; all may write everything.</summary>
    public static TheoryData<string, string> Rules { get; } = new()
    {
        { "", $"{Claim}, {Info}, {Online}, {Attach}, {Reattach}" },
        { "longwire/bridge/#", $"{Attach}, {Reattach}" },
        { "longwire/bridge/# longwire/radio/+/attach/set", Reattach },
        { "longwire/bridge/# longwire/radio/+/reattach/set", Attach },
        { $"longwire/bridge/# longwire/radio/{Some.RadioId}/#", "" },
        { "longwire/radio/#", $"{Claim}, {Info}, {Online}" },
        { $"{Claim} {Info} longwire/radio/#", Online },
        { $"{Claim} {Online} longwire/radio/#", Info },
        { $"{Info} {Online} longwire/radio/#", Claim },
        // The birth cannot be noticed: nobody but Home Assistant may speak there.
        { "longwire/#", "" },
        { "#", "" },
    };

    [Theory]
    [Trait("needs", "mosquitto")]
    [MemberData(nameof(Rules))]
    public async Task What_we_may_not_read_is_named_with_the_remedy_and_everything_is_published(string readable, string named)
    {
        await using Mosquitto mosquitto = await StartAsync(readable);
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port, options => options.WithCredentials("observer", "x"));
        await using Bridge bridge = await Bridge.StartAsync(
            mosquitto.Port, Some.Snapshot(Some.Radio), options: As("longwire", mosquitto.Port));
        if (named.Length > 0)
        {
            bridge.Logger.Expect("The broker does not let us read");
            await bridge.SaysAsync($"The broker does not let us read {named}, so ");
            Assert.EndsWith(
                "Let Longwire's user read longwire/# and homeassistant/status.", bridge.Problems.Last, StringComparison.Ordinal);
            Assert.Single(bridge.Logger.Lines, line => line.Contains("does not let us read", StringComparison.Ordinal));
        }
        else
        {
            await bridge.SaysAsync("what we say where we listen comes back to us");
            Assert.Null(bridge.Problems.Last);
        }
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await observer.WaitForAsync(State, seen => seen.Json.GetProperty("disconnects").GetInt32() == 4, from);
        Assert.DoesNotContain(observer.All, seen => seen.Topic == Birth);
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Rules_that_are_mended_while_we_are_connected_end_the_problem()
    {
        var time = new HandWoundTime();
        await using Mosquitto mosquitto = await StartAsync("");
        await using Bridge bridge = await Bridge.StartAsync(
            mosquitto.Port, Some.Snapshot(Some.Radio), options: As("longwire", mosquitto.Port), time: time);
        bridge.Logger.Expect("The broker does not let us read");
        await bridge.SaysAsync("The broker does not let us read");
        await WriteRulesAsync(mosquitto, "longwire/# homeassistant/status");
        await mosquitto.ReloadAsync();
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return bridge.Problems.Last is null;
            },
            () => string.Join('\n', bridge.Logger.Lines));
        Assert.Equal(
            ["does not let us read longwire/bridge/claim", "lets us read all that we need again"],
            bridge.Logger.Lines
                .Where(line => line.Contains("us read", StringComparison.Ordinal))
                .Select(line => line["MQTT: The broker ".Length..].Split(',')[0]));
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task A_probe_is_no_command_and_is_not_complained_of()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        Seen probe = await observer.WaitForAsync($"longwire/radio/{Some.RadioId}/attach/set");
        Assert.StartsWith("probe ", probe.Payload, StringComparison.Ordinal);
        Assert.False(probe.Retained);
        await bridge.SaysAsync("connected to");
        await observer.SayAsync($"longwire/radio/{Some.RadioId}/attach/set", "ON");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
        Assert.False(bridge.Commands.Commands.TryRead(out _));
    }

    [Theory]
    [InlineData(Claim)]
    [InlineData(Info)]
    [InlineData(Online)]
    [InlineData(Attach)]
    [InlineData(Reattach)]
    [InlineData(Birth)]
    public async Task A_subscription_that_is_refused_is_named_and_everything_else_works(string refused)
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        server.InterceptingSubscriptionAsync += args =>
        {
            if (args.TopicFilter.Topic == refused)
            {
                args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
                args.ProcessSubscription = false;
            }
            return Task.CompletedTask;
        };
        await using Observer observer = await Observer.ConnectAsync(port);
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("The broker does not let us read");
        await bridge.SaysAsync($"The broker does not let us read {refused} (");
        await observer.WaitForAsync(State);
        await bridge.StopAsync();
        await server.StopAsync();
    }

    [Fact]
    public async Task A_broker_that_throws_out_who_probes_is_probed_once()
    {
        int port = Mosquitto.FreePort();
        using MqttServer server = await LibraryBroker.StartAsync(port);
        int probes = 0;
        server.InterceptingPublishAsync += args =>
        {
            if (args.ApplicationMessage.Topic.EndsWith("/attach/set", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref probes);
                args.CloseConnection = true;
                args.ProcessPublish = false;
            }
            return Task.CompletedTask;
        };
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("Trying on");
        await bridge.SaysAsync("connected to");
        Assert.Equal(1, Volatile.Read(ref probes));
        Assert.Null(bridge.Problems.Last);
        await bridge.StopAsync();
        await server.StopAsync();
    }

    private static MqttOptions As(string user, int port) => new() { Host = "127.0.0.1", Port = port, Username = user, Password = "x" };

    private static async Task<Mosquitto> StartAsync(string readable)
    {
        Mosquitto mosquitto = await Mosquitto.StartAsync();
        await mosquitto.StopAsync();
        string passwords = Path.Combine(mosquitto.Folder, "passwords");
        await File.WriteAllTextAsync(passwords, "");
        foreach (string user in new[] { "longwire", "observer" })
        {
            using Process passwd = Process.Start("mosquitto_passwd", ["-b", passwords, user, "x"]);
            await passwd.WaitForExitAsync();
        }
        await WriteRulesAsync(mosquitto, readable);
        await mosquitto.ConfigureAsync($"allow_anonymous false\npassword_file {passwords}\nacl_file {mosquitto.Folder}/acl\n");
        await mosquitto.StartAgainAsync();
        return mosquitto;
    }

    private static Task WriteRulesAsync(Mosquitto mosquitto, string readable) => File.WriteAllTextAsync(
        Path.Combine(mosquitto.Folder, "acl"),
        $"user observer\ntopic readwrite #\n\nuser longwire\ntopic write #\n"
        + string.Concat(readable.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(topic => $"topic readwrite {topic}\n")));
}
