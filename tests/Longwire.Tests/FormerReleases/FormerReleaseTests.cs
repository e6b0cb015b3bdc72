using System.Collections.Immutable;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.DependentApps;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.AddOn;
using Longwire.Tests.Attach;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.FormerReleases;

/// <summary>
/// An update finds the data folder that a former release left, as it was recorded then (format-1/how-made.txt): automations, entity ids and
/// the serial ports that people wrote into other apps hang on every name in it.
/// </summary>
public sealed class FormerReleaseTests : IDisposable
{
    private static readonly Topics s_topics = new("longwire", "homeassistant");

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-former-").FullName;

    public FormerReleaseTests()
    {
        foreach (string file in Directory.GetFiles(Recorded())) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Its_memory_is_read_to_the_last_field()
    {
        AttachMemory memory = Memory();
        Assert.Equal("4f6c2b9a1d7e3058", memory.InstanceId);
        Assert.Equal(
            [
                ("0658_0200_ZW0001", "Z-Wave", true, 3, 40112, 17L),
                ("attic_10c4_8a2a", "HUSBZB", false, 0, 40116, 0L),
                ("10c4_ea60_0001", "Sonoff", true, 5, 40120, 2L),
                ("cellar_10c4_ea60_2", "Sonoff (2)", true, null, 0, 0L),
            ],
            memory.Radios.Select(
                radio => (radio.Id, radio.Name, radio.Wanted, radio.VhciPort, radio.LastCarrier.Value, radio.Disconnects)));
        const string boot = "0b6d1f2e-5a33-4f6e-9d0c-2f1f6c1f7a10";
        Assert.Equal(new AttachRecord(boot, 3, 65541, 2, "3-4", 7), memory.Radios[0].Attached);
        Assert.Equal("the stick was unplugged on the Pi", memory.Radios[0].LastDisconnectReason);
        Assert.Equal(
            (boot, 1, 1), (memory.HubAuthorization!.BootId, memory.HubAuthorization.Found["usb3"], memory.HubAuthorization.Found["usb4"]));
        Assert.All(memory.Radios, radio => Assert.False(radio.LeftOptions));
    }

    [Fact]
    public async Task Its_radios_keep_their_ids_names_wishes_and_vhci_ports_when_their_sticks_are_seen_again()
    {
        AttachMemory memory = Memory();
        await using var bench = Bench(memory);
        Snapshot snapshot = await bench.UntilAsync(snapshot => snapshot.Radios.Length == 4);
        Assert.Equal(
            memory.Radios.Select(radio => (radio.Id, radio.Name, radio.Wanted)).OrderBy(radio => radio.Id, StringComparer.Ordinal),
            snapshot.Radios.Select(radio => (radio.Id, radio.Name, radio.Wanted)).OrderBy(radio => radio.Id, StringComparer.Ordinal));

        // On another bus and another device number than when it was recorded.
        ExportedStick stick = new("2-1.3", "0658:0200", "ZW0001");
        bench.List("attic", AttachBench.Device(stick.BusId, 9, stick.Id));
        AttachBench.ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        AttachDecision verdict = await bench.IdentifyAsync(
            attachment, AttachBench.Device(stick.BusId, 9, stick.Id), AttachBench.IdentityOf(stick.Serial));
        AttachDecision.Attach attach = Assert.IsType<AttachDecision.Attach>(verdict);
        Assert.Equal(("0658_0200_ZW0001", 3), (attach.RadioId, attach.LastPort));
        Assert.Equal([0, 5], attach.OthersPorts.Order());
        Assert.Equal(40112, attachment.Request.LastCarrier.Value);
    }

    [Fact]
    public async Task Home_Assistant_finds_every_device_and_entity_under_its_old_unique_id()
    {
        await using var bench = Bench(Memory());
        Snapshot snapshot = await bench.UntilAsync(snapshot => snapshot.Radios.Length == 4 && snapshot.Pis.Length == 2);
        ImmutableArray<Device> devices = RetainedSnapshot.Of(snapshot, new MeasuredValues(), s_topics, "1.2.3").Devices;

        string[] now =
        [
            .. devices.SelectMany(
                device => device.Message.Components.Select(one => $"{device.ConfigTopic} {one.Key} {one.Value.UniqueId}")),
        ];
        string[] then = await File.ReadAllLinesAsync(Path.Combine(_folder, "unique-ids.txt"), TestContext.Current.CancellationToken);
        Assert.NotEmpty(then);
        Assert.Empty(then.Except(now));

        // Nothing of what it had published is taken for a leftover and cleared.
        PublishedRecord published = new PublishedTopics(_folder, NullLogger.Instance).Current;
        Assert.Equal(7, published.Devices.Count);
        Assert.Empty(published.Devices.Keys.Except(devices.Select(device => device.ConfigTopic)));
        Assert.Empty(
            published.Devices.Values.SelectMany(device => device.Topics).Except(devices.SelectMany(device => device.RetainedTopics)));
    }

    [Fact]
    public void Its_apps_are_known_with_what_they_were_doing()
    {
        DependentAppsMemory memory = new DependentAppsFile(_folder).Load(out string? problem)!;
        Assert.Null(problem);
        Assert.Equal("0b6d1f2e-5a33-4f6e-9d0c-2f1f6c1f7a10", memory.BootId);
        Assert.Equal(
            [("core_zwave_js", true, 1), ("45df7312_zigbee2mqtt", false, 0)],
            memory.Apps.Select(app => (app.Slug, app.Running, app.Restarts.Length)));
        DateTimeOffset since = new(2026, 11, 22, 23, 40, 0, TimeSpan.Zero);
        Assert.Equal(
            [
                new DependentAppRadio("0658_0200_ZW0001", since),
                new DependentAppRadio("10c4_ea60_0001", since, Lost: true, WasRunning: true),
            ],
            memory.Apps.SelectMany(app => app.Radios));
    }

    [Theory]
    [InlineData("memory.json")]
    [InlineData("consumers.json")]
    public void A_file_of_a_later_release_is_said_and_kept_and_never_written_over_where_it_cannot_be_kept(string name)
    {
        string path = Path.Combine(_folder, name);
        string later = File.ReadAllText(path).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal);
        File.WriteAllText(path, later);
        (string? problem, Action save) = Load(name);
        Assert.Contains("has format 2, this release knows 1", problem, StringComparison.Ordinal);
        save();
        Assert.Equal(later, File.ReadAllText(path + ".unreadable"));
        Assert.Contains("\"format\": 1", File.ReadAllText(path), StringComparison.Ordinal);

        // No room for a copy: something is in its place.
        File.WriteAllText(path, later);
        File.Delete(path + ".unreadable");
        Directory.CreateDirectory(path + ".unreadable");
        (problem, save) = Load(name);
        Assert.Contains("could not be copied", problem, StringComparison.Ordinal);
        Exception refusal = Assert.ThrowsAny<SystemException>(save);
        Assert.True(refusal is IOException or UnauthorizedAccessException, refusal.ToString());
        Assert.Equal(later, File.ReadAllText(path));

        // Once there is room for a copy, what is new is kept too.
        Directory.Delete(path + ".unreadable");
        save();
        Assert.Equal(later, File.ReadAllText(path + ".unreadable"));
        Assert.Contains("\"format\": 1", File.ReadAllText(path), StringComparison.Ordinal);
    }

    private static string Recorded() => Checkout.PathOf("tests/Longwire.Tests/FormerReleases/format-1");

    private static AttachBench Bench(AttachMemory memory)
    {
        var bench = new AttachBench([.. memory.Radios]);
        bench.Load(AttachBench.Wishes([AttachBench.Pi("attic"), AttachBench.Pi("cellar", "192.0.2.2")]));
        return bench;
    }

    private AttachMemory Memory()
    {
        AttachMemory memory = new MemoryFile(_folder).Load(out string? problem)!;
        Assert.Null(problem);
        return memory;
    }

    private (string? Problem, Action Save) Load(string name)
    {
        string? problem;
        if (name == "memory.json")
        {
            var file = new MemoryFile(_folder);
            Assert.Null(file.Load(out problem));
            return (problem, () => file.Save(new AttachMemory { InstanceId = "i" }));
        }
        var consumers = new DependentAppsFile(_folder);
        Assert.Null(consumers.Load(out problem));
        return (problem, () => consumers.Save(new DependentAppsMemory()));
    }

    private sealed record ExportedStick(string BusId, string Id, string Serial);
}
