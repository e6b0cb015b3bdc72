using System.Collections.Immutable;
using System.Text.Json;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Discovery;

/// <summary>What is not known at the moment changes no discovery message: not while we run, and not over a restart.</summary>
public sealed class LastKnownTests : IDisposable
{
    private static readonly Topics s_topics = new("longwire", "homeassistant");
    private static readonly Snapshot s_known = Some.Snapshot(Some.Radio with { SerialPortCount = 2 }) with
    {
        Pis = [Some.Pi with { Version = "1.0.0" }],
    };

    private readonly string _data = Directory.CreateTempSubdirectory("longwire-mqtt-").FullName;

    public static TheoryData<string> NotAttached =>
        [.. Enum.GetNames<RadioStatus>().Where(name => name is not (nameof(RadioStatus.Attached) or nameof(RadioStatus.Held)))];

    [Theory]
    [MemberData(nameof(NotAttached))]
    public async Task Nothing_that_is_unknown_for_a_while_changes_a_discovery_message(string name)
    {
        RadioStatus status = Enum.Parse<RadioStatus>(name);
        var published = new PublishedTopics(_data, NullLogger.Instance);
        byte[][] before = await PublishAsync(published, s_known);
        foreach (bool? reachable in new bool?[] { false, null })
        {
            foreach (string? text in new[] { null, "", " " })
            {
                Assert.Equal(before, await PublishAsync(published, Unknown(status, reachable, text)));
                // Over a restart as well.
                Assert.Equal(before, await PublishAsync(new PublishedTopics(_data, NullLogger.Instance), Unknown(status, reachable, text)));
            }
        }
        Assert.Equal(before, await PublishAsync(published, s_known));
    }

    [Fact]
    public async Task A_Pi_with_a_stock_usbipd_goes_on_being_one_while_it_is_away()
    {
        var published = new PublishedTopics(_data, NullLogger.Instance);
        Snapshot stock = s_known with { Pis = [Some.Pi with { Version = null, Reachable = true }] };
        byte[][] before = await PublishAsync(published, stock);
        foreach (bool? reachable in new bool?[] { false, null })
        {
            Snapshot away = stock with { Pis = [Some.Pi with { Version = null, Reachable = reachable }] };
            Assert.Equal(before, await PublishAsync(published, away));
            Assert.Equal(before, await PublishAsync(new PublishedTopics(_data, NullLogger.Instance), away));
        }
    }

    [Fact]
    public async Task The_page_is_where_it_was_until_it_is_known_to_be_elsewhere_or_nowhere()
    {
        var published = new PublishedTopics(_data, NullLogger.Instance);
        static Snapshot Says(string? page) => s_known with { Bridge = s_known.Bridge with { Details = new BridgeDetails(page) } };
        byte[][] before = await PublishAsync(published, Says("homeassistant://app/a1_longwire"));
        Assert.Equal(before, await PublishAsync(new PublishedTopics(_data, NullLogger.Instance), Says(null)));
        string? Shown(string? page) => Image(published, Says(page)).Devices[0].Message.Device.ConfigurationUrl;
        Assert.Equal("homeassistant://app/b2_longwire", Shown("homeassistant://app/b2_longwire"));
        Assert.Null(Shown(BridgeDetails.NoPage));
    }

    [Fact]
    public async Task A_state_says_all_the_same_that_it_is_unknown()
    {
        var published = new PublishedTopics(_data, NullLogger.Instance);
        await PublishAsync(published, s_known);
        RetainedSnapshot image = Image(published, Unknown(RadioStatus.PiUnreachable, false, null));
        JsonElement pi = StateOn(s_topics.PiState("attic"), image);
        Assert.Equal(JsonValueKind.Null, pi.GetProperty("version").ValueKind);
        // One for each entity there is.
        JsonElement radio = StateOn(s_topics.RadioState(Some.RadioId), image);
        Assert.Equal(2, radio.GetProperty("serial_ports").GetArrayLength());
    }

    [Fact]
    public async Task What_is_known_anew_is_told()
    {
        var published = new PublishedTopics(_data, NullLogger.Instance);
        await PublishAsync(published, s_known);
        Snapshot stock = s_known with { Pis = [Some.Pi with { Version = null, Reachable = true }] };
        Assert.Null(Image(published, stock).Devices[1].Message.Device.SoftwareVersion);
        Snapshot newer = s_known with { Pis = [Some.Pi with { Version = "2.0.0" }] };
        Assert.Equal("2.0.0", Image(published, newer).Devices[1].Message.Device.SoftwareVersion);
        Snapshot fewer = Some.Snapshot(Some.Radio with { SerialPortCount = 1, Product = "other" });
        Assert.DoesNotContain("serial_port_2", Image(published, fewer).Devices[2].Message.Components.Keys);
        Assert.Equal("other", Image(published, fewer).Devices[2].Message.Device.Model);
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task A_restart_while_a_Pi_is_away_publishes_the_same_discovery_messages()
    {
        await using Mosquitto mosquitto = await Mosquitto.StartAsync();
        await using Observer observer = await Observer.ConnectAsync(mosquitto.Port);
        await using (Bridge before = await Bridge.StartAsync(mosquitto.Port, s_known, _data))
        {
            await observer.SettledAsync(Some.RadioId);
        }
        Seen[] told = [.. Configs(observer, 0)];
        int from = observer.Count;
        await using Bridge after = await Bridge.StartAsync(mosquitto.Port, Unknown(RadioStatus.PiUnreachable, false, null), _data);
        await observer.SettledAsync(Some.RadioId, from);
        Assert.Equal(told.Select(seen => (seen.Topic, seen.Payload)), Configs(observer, from).Select(seen => (seen.Topic, seen.Payload)));
    }

    [Fact]
    public async Task The_memory_of_a_former_release_is_read_and_a_former_release_reads_ours()
    {
        string path = Path.Combine(_data, PublishedTopics.FileName);
        var former = new FormerRecord();
        Device device = PiDevice.Of(Some.Pi, s_topics, "0.1.0");
        former.Devices[device.ConfigTopic] = new FormerDevice(
            "longwire", device.RetainedTopics, new(device.Message.Components.ToDictionary(c => c.Key, c => c.Value.Platform)));
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await File.WriteAllBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(former, s_formerRules), cancellationToken);

        var published = new PublishedTopics(_data, NullLogger.Instance);
        Assert.Equal(new LastKnown(), published.Current.LastKnownOf(device.ConfigTopic));
        await PublishAsync(published, s_known);

        FormerRecord? read = JsonSerializer.Deserialize<FormerRecord>(await File.ReadAllBytesAsync(path, cancellationToken), s_formerRules);
        Assert.Equal(Image(published, s_known).Devices.Select(one => one.ConfigTopic).Order(StringComparer.Ordinal), read!.Devices.Keys);
        Assert.All(
            read.Devices.Values,
            one => Assert.Equal(("longwire", true, true), (one.BaseTopic, one.Topics.Length > 0, one.Components.Count > 0)));
    }

    [Fact]
    public void States_are_repeated_once_after_the_last_change_and_not_for_what_is_gone()
    {
        var time = new FakeTimeProvider();
        var repeated = new RepeatedStates(time);
        ImmutableArray<Device> all = RetainedSnapshot.Of(s_known, new MeasuredValues(), s_topics, "1").Devices;
        Assert.Null(repeated.NextDue);
        repeated.Changed(all[1]);
        time.Advance(BrokerTimers.StatesAfterDiscovery / 2);
        repeated.Changed(all[1]);
        repeated.Changed(all[2]);
        time.Advance(BrokerTimers.StatesAfterDiscovery / 2);
        Assert.Empty(repeated.TakeDue(all));
        Assert.Equal(BrokerTimers.StatesAfterDiscovery / 2, repeated.NextDue);
        time.Advance(BrokerTimers.StatesAfterDiscovery / 2);
        Assert.Equal([all[1]], repeated.TakeDue([all[0], all[1]]));
        Assert.Null(repeated.NextDue);
        Assert.Empty(repeated.TakeDue(all));
    }

    [Fact]
    public void A_repeated_state_comes_after_Home_Assistant_has_carried_the_change_out_and_before_a_person_wonders() =>
        Assert.InRange(
            BrokerTimers.StatesAfterDiscovery,
            Testing.Brokers.Entities.CarriesOutWithin + TimeSpan.FromSeconds(0.3),
            TimeSpan.FromSeconds(2));

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static Snapshot Unknown(RadioStatus status, bool? reachable, string? text) =>
        new(new BridgeSnapshot("a1", []),
            [Some.Pi with { Reachable = reachable, Version = null }],
            [
                Some.Radio with
                {
                    Status = status, Manufacturer = text, Product = text, Serial = text, SerialPortCount = 1, SerialPorts = [],
                },
            ]);

    private static JsonElement StateOn(string topic, RetainedSnapshot image) =>
        JsonSerializer.Deserialize<JsonElement>(image.States.Single(state => state.Key == topic).Value);

    private static RetainedSnapshot Image(PublishedTopics published, Snapshot snapshot) =>
        RetainedSnapshot.Of(snapshot, new MeasuredValues(), s_topics, "1.2.3", published: published.Current);

    private static async Task<byte[][]> PublishAsync(PublishedTopics published, Snapshot snapshot)
    {
        ImmutableArray<Device> devices = Image(published, snapshot).Devices;
        await published.SaveAsync(published.Current.With(devices, "longwire", keepComponents: false), CancellationToken.None);
        return [.. devices.Select(device => Payload.Of(device.Message, DiscoveryJson.Default.DiscoveryMessage))];
    }

    private static IEnumerable<Seen> Configs(Observer observer, int from) =>
        observer.All.Skip(from).Where(seen => seen.Topic.EndsWith("/config", StringComparison.Ordinal));

    // As the first release reads and writes it.
    private static readonly JsonSerializerOptions s_formerRules = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private sealed record FormerRecord
    {
        public SortedDictionary<string, FormerDevice> Devices { get; init; } = new(StringComparer.Ordinal);
    }

    private sealed record FormerDevice(string BaseTopic, string[] Topics, SortedDictionary<string, string> Components);
}
