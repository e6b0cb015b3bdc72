using System.Collections.Immutable;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet.Server;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Ownership;

/// <summary>Bridges between brokers hand on what lies retained on the other one as if it had just been said.</summary>
[Trait("needs", "mosquitto")]
public sealed class BrokerBridgeTests
{
    private const string Info = "longwire/bridge/info";
    private const string State = "longwire/bridge/state";
    private const string Attach = $"longwire/radio/{Some.RadioId}/attach/set";

    /// <summary>Infos of the dead, all with the lower id: their senders, were they alive, would go before us.</summary>
    public static TheoryData<string> Dead { get; } = new(
        """{"version":"1","instance_id":"00","problem":false,"problems":[]}""",
        """{"version":"1","instance_id":"00","problem":false,"problems":[],"nonce":"0000dead"}""",
        // It answered a claim once, and a broker had that retained.
        """{"version":"1","instance_id":"00","problem":false,"problems":[],"nonce":"0000dead","answers":"0000beef-1"}""",
        """{"version":"1","instance_id":"a1","problem":false,"problems":[],"nonce":"0000dead"}""",
        // Ourselves, as a former release.
        """{"version":"1","instance_id":"a1","problem":false,"problems":[]}""");

    [Theory]
    [MemberData(nameof(Dead))]
    public async Task A_dead_instances_info_that_looks_live_makes_nobody_stand_by(string info)
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        // While we claim.
        await observer.WaitForAsync("longwire/bridge/claim");
        await observer.SayAsync(Info, info, retain: true);
        await observer.SayAsync(State, "online", retain: true);
        await bridge.SaysAsync("connected to");
        // And while it is ours.
        int from = observer.Count;
        await observer.SayAsync(Info, info, retain: true);
        await observer.SayAsync(State, "offline", retain: true);
        await observer.WaitForAsync(State, seen => seen.Payload == "online", from);
        await observer.FenceAsync();
        Assert.Null(bridge.Problems.Last);
        await Eventually.IsTrueAsync(
            async () => (await Observer.RetainedAsync(mosquitto.Port))[Info].Contains("\"version\":\"1.2.3\"", StringComparison.Ordinal),
            () => $"what lies there is put right:\n{observer.Tell(from)}");
        // No word in the log of one that does not live.
        Assert.DoesNotContain(bridge.Logger.Lines, line => line.Contains("nother Longwire", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Between_two_real_brokers_neither_the_dead_nor_retained_commands_nor_births_do_anything()
    {
        // The far broker keeps what a dead instance left, and a command that somebody had retained.
        await using Mosquitto far = await Mosquitto.StartAsync();
        await using Mosquitto near = await Mosquitto.StartAsync();
        await far.StopAsync();
        string keeps = $"allow_anonymous true\npersistence true\npersistence_location {far.Folder}/\n";
        await far.ConfigureAsync(keeps);
        await far.StartAgainAsync();
        await using (Observer there = await Observer.ConnectAsync(far.Port))
        {
            await there.SayAsync(Info, """{"version":"1","instance_id":"00","problem":false,"problems":[]}""", retain: true);
            await there.SayAsync(State, "online", retain: true);
            await there.SayAsync(Attach, "OFF", retain: true);
        }
        await far.StopAsync();

        await using Observer observer = await Observer.ConnectAsync(near.Port);
        await using Bridge bridge = await Bridge.StartAsync(near.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("a retained command is not obeyed");
        await bridge.SaysAsync("connected to");
        int from = observer.Count;
        // Now they meet.
        await far.ConfigureAsync(keeps + $"connection near\naddress 127.0.0.1:{near.Port}\ntopic # both 0\nrestart_timeout 1\n");
        await far.StartAgainAsync();
        await observer.WaitForAsync(Attach, seen => seen.Payload == "OFF" && !seen.Retained, from);
        await bridge.SaysAsync($"{Attach}: a retained command is not obeyed: send commands without retain");
        await observer.WaitForAsync(Info, seen => seen.Payload.Contains("\"00\"", StringComparison.Ordinal) && !seen.Retained, from);
        await observer.FenceAsync();
        Assert.Null(bridge.Problems.Last);

        // A command that somebody sends on the far side arrives, and so do our states there.
        await using Observer beyond = await Observer.ConnectAsync(far.Port);
        await beyond.SayAsync(Attach, "ON");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
        Assert.False(bridge.Commands.Commands.TryRead(out _));
        bridge.Publish(Some.Snapshot(Some.Radio with { Disconnects = 4 }));
        await beyond.WaitForAsync($"longwire/radio/{Some.RadioId}/state", seen => seen.Json.GetProperty("disconnects").GetInt32() == 4);
    }

    [Fact]
    public async Task A_former_release_that_lives_is_believed_when_it_answers_twice()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using FormerRelease former = await FormerRelease.StartAsync(mosquitto.Port, "zz");
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("Another Longwire (zz)");
        await bridge.SaysAsync("Another Longwire (zz) publishes under the base topic \"longwire\"");
        Assert.Equal(2, observer.On("longwire/bridge/claim").Count(seen => seen.Payload.Contains("\"a1\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(observer.On(Info), seen => seen.Payload.Contains("\"a1\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00", true)]
    [InlineData("zz", false)]
    public async Task Two_owners_that_meet_when_a_bridge_heals_agree_on_the_lower_id(string other, bool weYield)
    {
        await using Mosquitto left = await Mosquitto.StartAsync();
        await using Mosquitto right = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(left.Port);
        await using Bridge ours = await Bridge.StartAsync(left.Port, Some.Snapshot("a1", Some.Radio));
        await using Bridge theirs = await Bridge.StartAsync(right.Port, Some.Snapshot(other, Some.Radio));
        foreach (Bridge bridge in new[] { ours, theirs })
        {
            bridge.Logger.Expect("nother Longwire");
            await bridge.SaysAsync("connected to");
        }
        // A third broker between the two, so that neither owner loses its connection, and with it its claim.
        await using Mosquitto between = await Mosquitto.StartAsync(
            $"allow_anonymous true\nconnection left\naddress 127.0.0.1:{left.Port}\ntopic # both 1\nconnection right\naddress "
                + $"127.0.0.1:{right.Port}\ntopic # both 1");
        (Bridge yields, Bridge stays) = weYield ? (ours, theirs) : (theirs, ours);
        await yields.SaysAsync("publishes under the base topic \"longwire\", so Home Assistant is told nothing");
        await observer.FenceAsync();
        Assert.Null(stays.Problems.Last);
        Assert.NotNull(yields.Problems.Last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retained_command_is_never_obeyed_and_named_once_and_one_that_is_not_retained_is(bool mosquitto)
    {
        await using Mosquitto? real = mosquitto ? await Mosquitto.StartAsync() : null;
        int port = real?.Port ?? Mosquitto.FreePort();
        using MqttServer? server = real is null ? await LibraryBroker.StartAsync(port) : null;
        await using Observer observer = await Observer.ConnectAsync(port);
        await using Bridge bridge = await Bridge.StartAsync(port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("a retained command is not obeyed");
        bridge.Logger.Expect("shutting down");
        await bridge.SaysAsync("connected to");
        for (int i = 0; i < 3; i++) await observer.SayAsync(Attach, "OFF", retain: true);
        await observer.SayAsync(Attach, "ON");
        Assert.Equal(new RadioCommand.SetWanted(Some.RadioId, true), await bridge.Commands.NextAsync());
        Assert.False(bridge.Commands.Commands.TryRead(out _));
        Assert.Single(bridge.Logger.Lines, line => line.Contains("a retained command is not obeyed", StringComparison.Ordinal));
        // A birth that people have Home Assistant retain is still one when it is said.
        int from = observer.Count;
        await observer.SayAsync("homeassistant/status", "online", retain: true);
        await observer.WaitForAsync($"homeassistant/device/longwire_radio_{Some.RadioId}/config", from: from);
        await bridge.StopAsync();
        if (server is not null) await server.StopAsync();
    }

    /// <summary>Answers claims as releases did that send no nonce: by its info, retained.</summary>
    private sealed class FormerRelease(Observer connection, string id) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private Task _answering = Task.CompletedTask;

        public static async Task<FormerRelease> StartAsync(int port, string id)
        {
#pragma warning disable CA2000 // Disposed with the release.
            var release = new FormerRelease(await Observer.ConnectAsync(port), id);
#pragma warning restore CA2000
            await release.ShowAsync();
            await release.SayOnlineAsync();
            release._answering = release.AnswerAsync();
            return release;
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync();
            _ended.Dispose();
        }

        private Task ShowAsync() =>
        connection.SayAsync(Info, $$"""{"version":"1","instance_id":"{{id}}","problem":false,"problems":[]}""", retain: true);

        private Task SayOnlineAsync() => connection.SayAsync(State, "online", retain: true);

        private async Task AnswerAsync()
        {
            int answered = 0;
            while (true)
            {
                ImmutableArray<Seen> claims = [.. connection.On("longwire/bridge/claim")];
                for (; answered < claims.Length; answered++) await ShowAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(5), _ended.Token);
            }
        }
    }
}
