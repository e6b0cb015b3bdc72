using System.Collections.Immutable;
using System.Diagnostics;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.HomeAssistant.Discovery;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Against the real broker, because what is tested is how it behaves: wills, retained messages, restarts, stalls.</summary>
[Trait("needs", "mosquitto")]
public sealed class MosquittoTests
{
    private const string State = $"longwire/radio/{Some.RadioId}/state";
    private const string Event = $"longwire/radio/{Some.RadioId}/event";
    private const string Config = $"homeassistant/device/longwire_radio_{Some.RadioId}/config";

    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task True_states_are_there_before_online_and_discovery_after_it()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.SayAsync(State, "{\"an earlier life\":true}", retain: true);
        int from = observer.Count;
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio, Some.Radio with { Id = "other" }));

        await observer.WaitForAsync(Config, from: from);
        await observer.WaitForAsync("homeassistant/device/longwire_radio_other/config", from: from);
        string[] order = [.. observer.All.Skip(from).Select(seen => seen.Topic)];
        int online = Array.FindIndex(order, topic => topic == "longwire/bridge/state");
        Assert.All(
            ["longwire/bridge/info", "longwire/pi/attic/state", State, "longwire/radio/other/state"],
            topic => Assert.InRange(Array.IndexOf(order, topic), 0, online - 1));
        Assert.All(
            ["homeassistant/device/longwire_bridge/config", "homeassistant/device/longwire_pi_attic/config", Config],
            topic => Assert.True(Array.IndexOf(order, topic) > online, topic));
        Assert.Equal("online", observer.On("longwire/bridge/state", from).First().Payload);
        await DiscoveryTests.AssertLintAsync(observer.All);
    }

    [Fact]
    public async Task States_and_discovery_are_retained_and_events_never()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(Config);

        RadioSnapshot lost = Some.Radio with { Status = RadioStatus.PiUnreachable, Since = null, SerialPorts = [], RoundTrip = null };
        int from = observer.Count;
        bridge.Publish(Some.Snapshot(lost), new RadioEvent(Some.RadioId, RadioEventType.Lost, "the Pi does not answer"));
        Seen told = await observer.WaitForAsync(Event, from: from);
        Assert.Equal("lost", told.Json.GetProperty("event_type").GetString());
        Assert.Equal("the Pi does not answer", told.Json.GetProperty("reason").GetString());
        // Whoever acts on the event finds the state that goes with it.
        Assert.Equal("pi_unreachable", observer.All[observer.All.IndexOf(told) - 1].Json.GetProperty("status").GetString());

        ImmutableDictionary<string, string> retained = await Observer.RetainedAsync(mosquitto.Port);
        Assert.Equal(
            ["homeassistant/device/longwire_bridge/config", "homeassistant/device/longwire_pi_attic/config", Config,
                "longwire/bridge/info", "longwire/bridge/state", "longwire/pi/attic/state", State],
            retained.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_killed_connection_leaves_offline_behind()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        (IncomingMessages inbox, CancellationToken none) =
            (new IncomingMessages(new Topics("longwire", "homeassistant")), CancellationToken.None);
        await using (BrokerConnection connection = await BrokerConnection.OpenAsync(
            new("127.0.0.1", mosquitto.Port), "longwire-a1", "longwire/bridge/state", Dialect.Full, inbox, null, TimeProvider.System, none))
        {
            await connection.RetainAsync("longwire/bridge/state", "online", CancellationToken.None);
            await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online");
            // Disposed without a goodbye: the socket just closes, as when the process dies.
        }
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline");
        Assert.Equal("offline", (await Observer.RetainedAsync(mosquitto.Port))["longwire/bridge/state"]);
    }

    [Fact]
    public async Task A_clean_stop_says_goodbye_and_leaves_offline()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(Config);
        var watch = Stopwatch.StartNew();
        await bridge.StopAsync();
        Assert.True(MachinePace.Keeps(watch.Elapsed, TimeSpan.FromSeconds(3)), $"stopping took {watch.Elapsed}");
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "offline");
        Assert.Contains("as longwire-a1", mosquitto.Said, StringComparison.Ordinal);
        await Eventually.IsTrueAsync(
            () => mosquitto.Said.Contains("Received DISCONNECT from longwire-a1", StringComparison.Ordinal), () => mosquitto.Said);
    }

    [Fact]
    public async Task Stopped_at_any_moment_it_ends_cleanly_and_leaves_no_online_behind()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        for (int messages = 0; messages <= 8; messages++) await StopAfterAsync(messages, mosquitto, observer);
    }

    private static async Task StopAfterAsync(int messages, Mosquitto mosquitto, Observer observer)
    {
        int from = observer.Count;
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await Eventually.IsTrueAsync(() => observer.Count - from >= messages, () => observer.Tell(from));
        await bridge.StopAsync();
        Assert.NotEqual("online", (await Observer.RetainedAsync(mosquitto.Port)).GetValueOrDefault("longwire/bridge/state"));
    }

    [Fact]
    public async Task A_broker_killed_at_any_moment_stops_nothing()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("Trying on");
        for (int messages = 1; messages < 8; messages++)
        {
            await using (Observer observer = await Observer.ConnectAsync(mosquitto.Port))
            {
                await Eventually.IsTrueAsync(() => observer.Count >= messages, () => observer.Tell());
                await mosquitto.KillAsync();
            }
            await mosquitto.StartAgainAsync();
        }
        await using Observer last = await Observer.ConnectAsync(mosquitto.Port);
        await last.WaitForAsync(Config, within: Promise);
    }

    [Fact]
    public async Task After_a_restart_without_persistence_everything_is_there_again_in_time()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("lost 127.0.0.1");
        bridge.Logger.Expect("nothing listens");
        await bridge.SaysAsync("connected to");

        await mosquitto.KillAsync();
        await bridge.SaysAsync("lost 127.0.0.1");
        // What happens meanwhile is told as it is when the broker is back, and what was an event then is none any more.
        bridge.Publish(
            Some.Snapshot(Some.Radio with { Status = RadioStatus.Unplugged }), new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled"));
        await mosquitto.StartAgainAsync();
        var watch = Stopwatch.StartNew();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.WaitForAsync(Config, within: Promise);
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online", within: Promise);
        Assert.True(MachinePace.Keeps(watch.Elapsed, Promise), $"{watch.Elapsed}");
        Assert.Equal("unplugged", (await observer.WaitForAsync(State)).Json.GetProperty("status").GetString());
        await Eventually.IsTrueAsync(
            () => bridge.Logger.Lines.Count(line => line.Contains("connected to", StringComparison.Ordinal)) == 2,
            () => "a second connection");
        // The next event is the first that is told.
        bridge.Publish(bridge.Feed.Current, new RadioEvent(Some.RadioId, RadioEventType.Plugged, null));
        Assert.Equal("plugged", (await observer.WaitForAsync(Event)).Json.GetProperty("event_type").GetString());
        Assert.Single(bridge.Logger.Lines, line => line.Contains("lost 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_that_stalls_is_noticed_and_has_everything_again_in_time_when_it_goes_on()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("lost 127.0.0.1");
        bridge.Logger.Expect("does not answer within");
        bridge.Logger.Expect("the connection ended");
        await bridge.SaysAsync("connected to");

        await mosquitto.StallAsync();
        await bridge.SaysAsync("did not answer for 5 s");
        bridge.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.InUse }));
        await bridge.SaysAsync("does not answer within");
        await mosquitto.ContinueAsync();
        var watch = Stopwatch.StartNew();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.WaitForAsync(State, seen => seen.Json.GetProperty("status").GetString() == "in_use", within: Promise);
        await Eventually.IsTrueAsync(
            async () =>
                (await Observer.RetainedAsync(mosquitto.Port)).GetValueOrDefault("longwire/bridge/state") == "online",
                () => observer.Tell(), Promise);
        Assert.True(MachinePace.Keeps(watch.Elapsed, Promise), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_will_that_comes_late_is_put_right()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        await observer.WaitForAsync(Config);
        int from = observer.Count;
        await observer.SayAsync("longwire/bridge/state", "offline", retain: true);
        await observer.WaitForAsync("longwire/bridge/state", seen => seen.Payload == "online", from);
    }

    [Fact]
    public async Task Without_a_broker_at_start_there_is_one_line_and_then_everything()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await mosquitto.StopAsync();
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio));
        bridge.Logger.Expect("nothing listens");
        await bridge.SaysAsync("nothing listens");
        await mosquitto.StartAgainAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await observer.WaitForAsync(Config, within: Promise);
        Assert.Single(bridge.Logger.Lines, line => line.Contains("nothing listens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_is_named_and_the_right_one_works_at_once()
    {
        await using Mosquitto mosquitto = await StartWithPasswordAsync("anna", "right");
        var wrong = new MqttOptions { Host = "127.0.0.1", Port = mosquitto.Port, Username = "anna", Password = "wrong" };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: wrong);
        bridge.Logger.Expect("refuses user");
        await bridge.SaysAsync("refuses user \"anna\": bad user name or password. Check mqtt.username and mqtt.password.");
        Assert.DoesNotContain(bridge.Logger.Lines, line => line.Contains("wrong", StringComparison.Ordinal));

        bridge.Apply(bridge.Settings with { Broker = wrong with { Password = "right" } });
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port, options => options.WithCredentials("anna", "right"));
        await observer.WaitForAsync(Config, within: Promise);
    }

    [Fact]
    public async Task A_user_who_may_not_write_is_told_so()
    {
        await using Mosquitto mosquitto = await StartWithPasswordAsync("anna", "right", "acl_file {0}/acl", "user anna\ntopic read #\n");
        var options = new MqttOptions { Host = "127.0.0.1", Port = mosquitto.Port, Username = "anna", Password = "right" };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: options);
        bridge.Logger.Expect("let this user write there");
        await bridge.SaysAsync("let this user write there");
    }

    [Fact]
    public async Task TLS_with_an_authority_of_our_own_works_and_without_it_is_refused()
    {
        await using var certificates = new Certificates("127.0.0.1");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates.MosquittoLines);
        MqttOptions options = new() { Host = "127.0.0.1", Port = mosquitto.Port, Tls = true };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: options);
        bridge.Logger.Expect("signed by no authority");
        await bridge.SaysAsync("give the authority's file as mqtt.ca");

        bridge.Apply(bridge.Settings with { Broker = options with { Ca = certificates.AuthorityFile } });
        await bridge.SaysAsync("connected to");
        bridge.Apply(bridge.Settings with { Broker = options with { Verify = false } });
        await Eventually.IsTrueAsync(
            () => bridge.Logger.Lines.Count(line => line.Contains("connected to", StringComparison.Ordinal)) == 2,
            () => "a second connection");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_with_the_name()
    {
        await using var certificates = new Certificates("192.0.2.1");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates.MosquittoLines);
        MqttOptions options = new() { Host = "127.0.0.1", Port = mosquitto.Port, Tls = true, Ca = certificates.AuthorityFile };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: options);
        bridge.Logger.Expect("for another name");
        await bridge.SaysAsync("its certificate is for another name than \"127.0.0.1\"");
    }

    [Fact]
    public async Task A_CA_file_that_cannot_be_used_is_named()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        MqttOptions options =
            new() { Host = "127.0.0.1", Port = mosquitto.Port, Tls = true, Ca = Path.Combine(mosquitto.Folder, "mosquitto.conf") };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: options);
        bridge.Logger.Expect("cannot be used as a certificate");
        await bridge.SaysAsync("mosquitto.conf cannot be used as a certificate");
        bridge.Apply(bridge.Settings with { Broker = options with { Ca = "/nowhere/ca.pem" } });
        await bridge.SaysAsync("/nowhere/ca.pem cannot be used as a certificate");
    }

    [Fact]
    public async Task TLS_to_a_port_without_it_says_what_to_check()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        MqttOptions options = new() { Host = "127.0.0.1", Port = mosquitto.Port, Tls = true };
        await using Bridge bridge = await Bridge.StartAsync(mosquitto.Port, Some.Snapshot(Some.Radio), options: options);
        bridge.Logger.Expect("check mqtt.port and mqtt.tls");
        await bridge.SaysAsync("check mqtt.port and mqtt.tls");
    }

    private static async Task<Mosquitto> StartWithPasswordAsync(string user, string password, string more = "", string acl = "")
    {
        Mosquitto mosquitto = await Mosquitto.StartAsync();
        await mosquitto.StopAsync();
        string file = Path.Combine(mosquitto.Folder, "passwords");
        using (Process passwd = Process.Start("mosquitto_passwd", ["-b", "-c", file, user, password])) await passwd.WaitForExitAsync();
        await File.WriteAllTextAsync(Path.Combine(mosquitto.Folder, "acl"), acl);
        await mosquitto.ConfigureAsync(
            $"allow_anonymous false\npassword_file {file}\n" + more.Replace("{0}", mosquitto.Folder, StringComparison.Ordinal));
        await mosquitto.StartAgainAsync();
        return mosquitto;
    }
}
