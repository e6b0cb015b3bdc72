using System.Diagnostics;
using System.Runtime.InteropServices;
using Longwire.Lab.Story;
using Longwire.Testing;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// script/demo on a person's broker: nothing of it is left there however it ends, and what is other people's is neither shown nor touched.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed partial class DemoTests : IAsyncLifetime
{
    private const int SignalInterrupt = 2;

    // A device by the same name as the demo's radio with a template that is not for us to understand, this person's own Longwire, and what
    // is called nearly as the demo's.
    private static readonly (string Topic, string Payload)[] s_otherPeoples =
    [
        ("homeassistant/device/zwavejs_7/config",
            """
            {"dev":{"ids":"zwavejs_7","name":"Z-Wave"},"o":{"name":"Z-Wave JS"},"stat_t":"zwave/7",
             "cmps":{"connected":{"p":"sensor","uniq_id":"z7","name":"Connected","val_tpl":"{{ value | upper }}"}}}
            """),
        ("homeassistant/device/broken/config", "this is no JSON"),
        ("homeassistant/device/longwire_radio_0658_0200_ZW0001/config",
            """{"dev":{"ids":"longwire_radio_0658_0200_ZW0001","name":"Z-Wave"},"o":{"name":"Longwire"},"cmps":{}}"""),
        ("homeassistant/device/longwire-demonstration_bridge/config", """{"dev":{"ids":"x","name":"Z-Wave"},"o":{"name":"x"},"cmps":{}}"""),
        ("longwire/bridge/state", "online"),
        ("longwire/radio/0658_0200_ZW0001/state", """{"connected":true}"""),
        ("longwire-demolition/bridge/state", "online"),
        ("zwave/7", "on"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-lab-").FullName;
    private readonly StringWriter _said = new();
    private Broker _broker = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private BrokerAddress Address => new("127.0.0.1", _broker.Port, null, null);

    public async ValueTask InitializeAsync()
    {
        _broker = new Broker(_folder, TimeProvider.System);
        await _broker.StartAsync(new BrokerSetup(Persistent: true));
        foreach ((string topic, string payload) in s_otherPeoples) await _broker.Watch.PublishAsync(topic, payload, retain: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _said.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(Ending.InGoodOrder, 0)]
    [InlineData(Ending.StoppedInTheMiddle, 1)]
    [InlineData(Ending.StoppedWhileTheWayIsCut, 1)]
    [InlineData(Ending.FailedStep, 1)]
    [InlineData(Ending.FailedEnd, 1)]
    [InlineData(Ending.BrokerRestartedDuringHold, 0)]
    public async Task However_it_ends_nothing_of_the_demo_is_left_retained_and_all_of_the_others_is(Ending ending, int code)
    {
        await using var broker = new RunningBroker(Address, TimeProvider.System, _said);
        await using var story = new Rehearsal(broker, ending);
        using var stop = new CancellationTokenSource();
        bool hold = ending == Ending.BrokerRestartedDuringHold;
        Task<int> run = new StoryRun(story, broker, hold, TimeProvider.System, _said, _said).RunAsync(stop.Token);
        await story.Told.WaitAsync(Deadlines.Patience, Cancelled);
        Assert.Contains((await RetainedAsync()).Keys, DemoTopics.IsOurs);
        if (hold) await _broker.RestartAsync();
        if (hold || ending is Ending.StoppedInTheMiddle or Ending.StoppedWhileTheWayIsCut) await stop.CancelAsync();
        story.GoOn();
        Assert.Equal(code, await run.WaitAsync(Deadlines.Patience, Cancelled));
        Assert.Equal(s_otherPeoples.Order(), (await RetainedAsync()).Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public async Task What_a_demo_that_was_killed_has_left_is_taken_away_when_the_next_one_starts()
    {
        foreach (string topic in DemoTopics.Retained) await _broker.Watch.PublishAsync(topic, "{}", retain: true);
        await using var broker = new RunningBroker(Address, TimeProvider.System, _said);
        await broker.StartAsync(Cancelled);
        Assert.Equal(s_otherPeoples.Order(), (await RetainedAsync()).Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Contains($"{DemoTopics.Retained.Count} retained messages of an earlier demo", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_away_at_the_end_is_named_with_what_becomes_of_the_rest()
    {
        await using var broker = new RunningBroker(Address, TimeProvider.System, _said);
        await using var story = new Rehearsal(broker, Ending.StoppedInTheMiddle);
        using var stop = new CancellationTokenSource();
        Task<int> run = new StoryRun(story, broker, hold: false, TimeProvider.System, _said, _said).RunAsync(stop.Token);
        await story.Told.WaitAsync(Deadlines.Patience, Cancelled);
        await _broker.StopAsync();
        await stop.CancelAsync();
        Assert.Equal(1, await run.WaitAsync(Deadlines.Patience, Cancelled));
        Assert.Contains(
            $"{DemoTopics.Base}/ on 127.0.0.1:{_broker.Port} could not be taken away", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_table_shows_the_demo_s_devices_and_nobody_else_s()
    {
        await using var broker = new RunningBroker(Address, TimeProvider.System, _said);
        await broker.StartAsync(Cancelled);
        await using var story = new Rehearsal(broker, Ending.StoppedInTheMiddle);
        using var stop = new CancellationTokenSource();
        Task told = story.TellAsync(stop.Token);
        await broker.Watch.WaitUntilAsync(
            house => house.State(DemoTopics.Radio, "connected") == "off", Deadlines.Patience, "the demo's radio", Cancelled);
        string line = Assert.Single(RadioStory.Table(broker.Watch.Entities()).Split('\n'));
        Assert.Equal("Z-Wave Connected off", string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.All(broker.Watch.Messages, message => Assert.True(DemoTopics.IsOurs(message.Topic), message.Topic));
        // Nobody else's either where all that lies on a broker is seen.
        Assert.DoesNotContain("true", RadioStory.Table(broker.Watch.Entities()), StringComparison.Ordinal);
        await stop.CancelAsync();
        await told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    // Two more guests beside those of the houses: with --long.
    [Fact(Explicit = true)]
    public async Task The_demo_itself_interrupted_while_its_radio_is_shown_leaves_nothing()
    {
        using Process demo = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, ["story", "--broker", $"127.0.0.1:{_broker.Port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> said = demo.StandardOutput.ReadToEndAsync(Cancelled), complained = demo.StandardError.ReadToEndAsync(Cancelled);
            await _broker.Watch.WaitForAsync(
                message => message.Topic == DemoTopics.RadioState
                    && message.Payload.Contains("\"connected\":true", StringComparison.Ordinal),
                Deadlines.Boot, "the demo's radio is attached", cancellationToken: Cancelled);
            Assert.Equal(0, Kill(demo.Id, SignalInterrupt));
            await demo.WaitForExitAsync(Cancelled).WaitAsync(Deadlines.Patience, Cancelled);
            Assert.Contains("demo: stopped in step", await said, StringComparison.Ordinal);
            Assert.DoesNotContain("could not be taken away", await complained, StringComparison.Ordinal);
        }
        finally
        {
            if (!demo.HasExited) demo.Kill();
        }
        Assert.Equal(s_otherPeoples.Order(), (await RetainedAsync()).Select(pair => (pair.Key, pair.Value)).Order());
    }

    // What lies there now, as a newcomer finds it.
    private async Task<Dictionary<string, string>> RetainedAsync()
    {
        string fence = $"fence/{Guid.NewGuid():N}";
        await using var newcomer = new Watch(TimeProvider.System);
        await newcomer.FollowAsync("127.0.0.1", _broker.Port, null, null, tls: false, "#");
        await newcomer.PublishAsync(fence, "");
        await newcomer.WaitForAsync(message => message.Topic == fence, Deadlines.Patience, "our own message", cancellationToken: Cancelled);
        return newcomer.Messages.Where(message => message.Retained).ToDictionary(message => message.Topic, message => message.Payload);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
