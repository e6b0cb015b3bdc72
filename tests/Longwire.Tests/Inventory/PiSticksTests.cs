using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.Tests.Attach;
using Longwire.Tests.Commands;
using Longwire.Tests.Options;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Inventory;

public sealed class PiSticksTests
{
    private const string OneRule = "pis: [{address: attic}]\nradios: [0658:0200]";

    private static readonly LongwireListExtension s_notice = new() { Version = "0.1.0" };

    [Fact]
    public void Without_a_named_radio_those_recognised_with_certainty_will_be_attached()
    {
        ImmutableArray<ListedStick> sticks = Judge(
            "pis: [{address: attic}]", [Device("1-1", "0658:0200"), Device("1-2", "10c4:ea60"), Device("1-3", "046d:c31c")]);

        Assert.Equal([Outlook.Wanted, Outlook.Unclear, Outlook.NotWanted], sticks.Select(stick => stick.Outlook));
        Assert.Contains("if its own texts say", sticks[1].Reason, StringComparison.Ordinal);
        Assert.Equal(["- match: \"0658:0200\"", "- match: \"10c4:ea60\"", "- match: \"046d:c31c\""], sticks.Select(stick => stick.Line));
    }

    [Fact]
    public void Named_radios_are_attached_and_no_others()
    {
        ImmutableArray<ListedStick> sticks = Judge(
            "pis: [{address: attic}]\nradios: [10c4:ea60, 0403:6001:A1]",
            [Device("1-1", "0658:0200"), Device("1-2", "10c4:ea60"), Device("1-3", "0403:6001")]);

        Assert.Equal([Outlook.NotWanted, Outlook.Wanted, Outlook.Unclear], sticks.Select(stick => stick.Outlook));
        Assert.Equal("not named in the options", sticks[0].Reason);
        Assert.Equal("will be attached, by radios[0]", sticks[1].Reason);
        Assert.Contains("radios[1]", sticks[2].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pis: [{address: attic}]")]
    [InlineData("pis: [{address: attic}]\nradios: [0658:0200]")]
    public void A_bridge_that_is_often_a_certain_radio_says_so(string options)
    {
        ListedStick stick = Judge(options, [Device("1-1", "10c4:ea70")])[0];
        Assert.Contains("often it is an Aeotec Z-Stick 10 Pro or a Z-Wave.Me Z-Station", stick.Reason, StringComparison.Ordinal);
        Assert.Equal("- match: \"10c4:ea70\"", stick.Line);
        ListedStick named = Judge("pis: [{address: attic}]\nradios: [10c4:ea70]", [Device("1-1", "10c4:ea70")])[0];
        Assert.DoesNotContain("often", named.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_about_another_pi_is_not_about_this_one() =>
        Assert.Equal(
            Outlook.NotWanted,
            Judge(
                "pis: [{address: attic}, {name: cellar, address: b}]\nradios: [{match: 0658:0200, pi: cellar}]",
                [Device("1-1", "0658:0200")])[0].Outlook);

    [Fact]
    public void Two_sticks_that_one_rule_means_are_shown_with_the_ports_that_tell_them_apart()
    {
        ImmutableArray<ListedStick> sticks = Judge(
            "pis: [{address: attic}]\nradios: [0658:0200]", [Device("1-1.2", "0658:0200"), Device("1-1.4", "0658:0200")]);

        Assert.All(sticks, stick => Assert.Equal(Outlook.Ambiguous, stick.Outlook));
        Assert.All(sticks, stick => Assert.Contains("2 sticks answer to it", stick.Reason, StringComparison.Ordinal));
        Assert.Equal(["- match: \"0658:0200@1.2\"", "- match: \"0658:0200@1.4\""], sticks.Select(stick => stick.Line));
    }

    [Fact]
    public void Of_twins_the_one_that_the_rule_has_meant_so_far_is_attached()
    {
        ImmutableArray<ListedStick> sticks = Sticks(OneRule, Known("1.2")).Judge(
            Offered([Device("1-1.2", "0658:0200"), Device("1-1.4", "0658:0200")], null)).Sticks;

        Assert.Equal([Outlook.Wanted, Outlook.Ambiguous], sticks.Select(stick => stick.Outlook));
        Assert.Contains("2 sticks answer to it", sticks[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_twin_that_comes_while_the_known_one_is_attached_is_not_taken_for_it()
    {
        RadioMemory attached = Known("1.2") with { Attached = new AttachRecord("this boot", 0, 65539, 2) };

        // A stock usbipd does not list what is in use, a Longwire says so.
        ListedStick alone = Assert.Single(Sticks(OneRule, attached).Judge(Offered([Device("1-1.4", "0658:0200")], null)).Sticks);
        LongwireListExtension notice = s_notice with
        {
            Entries = [new NoticeEntry(BusId.Parse("1-1.2"), UsbId.Parse("0658:0200"), NoticeReason.InUse)],
        };
        ImmutableArray<ListedStick> both = Sticks(OneRule, attached).Judge(Offered([Device("1-1.4", "0658:0200")], notice)).Sticks;

        Assert.Equal(Outlook.Ambiguous, alone.Outlook);
        Assert.Contains("radios[0] names one radio, and so far that is known; write an entry", alone.Reason, StringComparison.Ordinal);
        Assert.Equal([Outlook.NotOffered, Outlook.Ambiguous], both.Select(stick => stick.Outlook));
    }

    [Theory]
    [InlineData("this boot")]
    [InlineData("another")]
    public void A_record_that_a_crash_or_a_boot_left_keeps_no_stick_away(string bootId)
    {
        RadioMemory left = Known("1.2") with { Attached = new AttachRecord(bootId, 0, 65539, 2) };

        Assert.Equal(
            Outlook.Wanted,
            Assert.Single(Sticks(OneRule, left).Judge(Offered([Device("1-1.2", "0658:0200")], null)).Sticks).Outlook);
    }

    [Fact]
    public void A_radio_that_moved_to_another_port_is_still_the_one()
    {
        Assert.Equal(
            Outlook.Wanted,
            Assert.Single(Sticks(OneRule, Known("1.2")).Judge(Offered([Device("1-1.4", "0658:0200")], null)).Sticks).Outlook);
        // With a twin at another port than its own nobody can say which it is but the sticks themselves.
        Assert.All(
            Sticks(OneRule, Known("1.2")).Judge(Offered([Device("1-1.3", "0658:0200"), Device("1-1.4", "0658:0200")], null)).Sticks,
            stick => Assert.Equal(Outlook.Unclear, stick.Outlook));
    }

    [Fact]
    public void Sticks_on_like_ports_of_two_controllers_are_told_apart_by_the_controller()
    {
        ImmutableArray<ListedStick> sticks = Judge(
            "pis: [{address: attic}]", [Device("1-1", "0658:0200", "platform/a.usb"), Device("2-1", "0658:0200", "platform/b.usb")]);

        Assert.Equal(
            ["- match: \"0658:0200@platform/a.usb/1\"", "- match: \"0658:0200@platform/b.usb/1\""], sticks.Select(stick => stick.Line));
        Assert.All(sticks, stick => Assert.Empty(Read.Yaml($"pis: [{{address: a}}]\nradios:\n  {stick.Line}").Problems));
    }

    [Fact]
    public void With_several_pis_the_line_names_the_pi()
    {
        ListedStick stick = Judge("pis: [{name: 'the \"attic\"', address: a}, {address: b}]", [Device("1-1", "0658:0200")])[0];

        Assert.Equal("- { match: \"0658:0200\", pi: 'the \"attic\"' }", stick.Line);
        LoadedOptions<AttachOptions> pasted = Read.Yaml($"pis: [{{name: 'the \"attic\"', address: a}}]\nradios:\n  {stick.Line}");
        Assert.Empty(pasted.Problems);
        Assert.Equal(pasted.Options.Pis[0].Id, pasted.Options.Radios[0].Pi);
    }

    [Theory]
    [InlineData(NoticeReason.InUse, "a host has it")]
    [InlineData(NoticeReason.TtyOpen, "serial port open")]
    [InlineData(NoticeReason.BoundByOther, "something else")]
    [InlineData(NoticeReason.NotKnownRadio, "the Pi's own export options")]
    [InlineData(NoticeReason.ErrorState, "error state")]
    [InlineData((NoticeReason)77, "77")]
    public void What_a_longwire_has_and_does_not_offer_is_shown_with_its_reason(NoticeReason reason, string expected)
    {
        LongwireListExtension notice = s_notice with { Entries = [new NoticeEntry(BusId.Parse("1-2"), UsbId.Parse("0658:0200"), reason)] };

        StickList list = Sticks("pis: [{address: attic}]").Judge(Offered([Device("1-3", "0658:0200")], notice));

        Assert.Equal([Outlook.NotOffered, Outlook.Wanted], list.Sticks.Select(stick => stick.Outlook));
        Assert.Contains(expected, list.Sticks[0].Reason, StringComparison.Ordinal);
        Assert.Equal("- match: \"0658:0200@2\"", list.Sticks[0].Line);
        Assert.Equal("0.1.0", list.Exporter);
    }

    [Fact]
    public void What_a_stock_usbipd_cannot_say_is_said() =>
        Assert.Contains(
            "only what is bound and free",
            Assert.Single(Sticks("pis: [{address: attic}]").Judge(Offered([], null)).Notes),
            StringComparison.Ordinal);

    [Fact]
    public void Of_a_list_that_was_cut_short_it_is_said_that_it_is_a_part_and_not_who_serves_it()
    {
        var cut = new DeviceList([Device("1-1", "0658:0200")], null) { CutShort = "reading the notice: the peer closed" };
        StickList list = Sticks("pis: [{address: attic}]").Judge(PiOffers.Of(cut));
        Assert.Equal("Radios of attic", list.Title);
        Assert.Contains("a part of the list (reading the notice: the peer closed)", list.Notes[0], StringComparison.Ordinal);
        Assert.DoesNotContain(list.Notes, note => note.Contains("usbipd", StringComparison.Ordinal));
        Assert.NotEqual(PiOffers.Of(cut), PiOffers.Of(cut with { CutShort = null }));
    }

    [Theory]
    [InlineData("ZW:1@2", "- match: \"0658:0200:ZW:1@2\"")]
    [InlineData("a\"b\\c'd", "- match: '0658:0200:a\"b\\c''d'")]
    [InlineData("a\nb", "- match: \"0658:0200@1\"")]
    [InlineData("", "- match: \"0658:0200@1\"")]
    public void A_serial_tells_twins_apart_if_it_can_be_written(string serial, string line)
    {
        var stick =
            new ListedStick { BusId = BusId.Parse("1-1"), Port = new UsbPort(null, "1"), Id = UsbId.Parse("0658:0200"), Serial = serial };
        ListedStick twin =
            stick with { BusId = BusId.Parse("1-2"), Port = new UsbPort(null, "2"), Serial = serial.Length == 0 ? "" : "other" };

        Assert.Equal(line, MatchLine.For(stick, [stick, twin], piName: null));
        LoadedOptions<AttachOptions> pasted = Read.Yaml($"pis: [{{address: a}}]\nradios:\n  {line}");
        Assert.Empty(pasted.Problems);
        Assert.True(pasted.Options.Radios[0].Match.Matches(stick.Id, stick.Serial, stick.Port));
        Assert.False(pasted.Options.Radios[0].Match.Matches(twin.Id, twin.Serial, twin.Port));
    }

    [Fact]
    public async Task A_list_over_the_network_is_a_table_for_people_and_json_for_programs()
    {
        using var run = new TestRun();
        using var usbipd = new TcpListener(IPAddress.Loopback, 0);
        usbipd.Start();
        string options = run.Write(
            "attach.yaml", $"pis: [{{name: attic, address: '127.0.0.1:{((IPEndPoint)usbipd.LocalEndpoint).Port}'}}]");

#pragma warning disable CA2025 // Awaited before the listener is disposed of.
        Task serving = ServeAsync(usbipd, 2, [Device("1-1.4", "10c4:8a2a")], TestContext.Current.CancellationToken);
#pragma warning restore CA2025
        Assert.Equal(ExitCode.Done, await run.RunAsync("list", "attic", "--options", options, "--data", run.Folder));
        string table = run.Output.ToString();
        run.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await run.RunAsync("list", "attic", "--json", "--options", options, "--data", run.Folder));
        await serving;

        Assert.Contains(
            "1-1.4   10c4:8a2a  Nortek HUSBZB-1  Z-Wave and Zigbee, 2 serial ports  will be attached", table, StringComparison.Ordinal);
        Assert.Contains("  - match: \"10c4:8a2a\"  # Nortek HUSBZB-1 at 1-1.4", table, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(run.Output.ToString());
        Assert.Equal(["pi", "longwire_version", "radios", "notes"], json.RootElement.EnumerateObject().Select(property => property.Name));
        JsonElement radio = Assert.Single(json.RootElement.GetProperty("radios").EnumerateArray());
        Assert.Equal(
            [
                "bus_id", "controller", "port", "usb_id", "manufacturer", "product", "serial", "name", "kind", "serial_ports",
                "recognised", "verdict", "reason", "line",
            ],
            radio.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ("1-1.4", "1.4", "wanted", 2),
            (radio.GetProperty("bus_id").GetString(), radio.GetProperty("port").GetString(), radio.GetProperty("verdict")
                .GetString(), radio.GetProperty("serial_ports").GetInt32()));
        Assert.Empty(run.Error.ToString());
    }

    [Fact]
    public async Task The_memory_of_attach_is_read_while_attach_has_it_and_one_that_cannot_be_read_costs_a_sentence()
    {
        using var run = new TestRun();
        using var usbipd = new TcpListener(IPAddress.Loopback, 0);
        usbipd.Start();
        string options = run.Write(
            "attach.yaml", $"pis: [{{name: attic, address: '127.0.0.1:{((IPEndPoint)usbipd.LocalEndpoint).Port}'}}]\nradios: [0658:0200]");
        new MemoryFile(run.Folder).Save(new AttachMemory { InstanceId = "i", Radios = [Known("1.2")] });
        using IDisposable? attach = DataFolder.TryLock(run.Folder, RoleLock.Attach);

#pragma warning disable CA2025 // Awaited before the listener is disposed of.
        Task serving = ServeAsync(
            usbipd, 2, [Device("1-1.2", "0658:0200"), Device("1-1.4", "0658:0200")], TestContext.Current.CancellationToken);
#pragma warning restore CA2025
        Assert.Equal(ExitCode.Done, await run.RunAsync("list", "attic", "--options", options, "--data", run.Folder));
        Assert.Contains("will be attached, by radios[0]", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(run.Error.ToString());

        run.Write("memory.json", "{");
        run.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await run.RunAsync("list", "attic", "--options", options, "--data", run.Folder));
        await serving;
        Assert.DoesNotContain("will be attached", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("What attach remembers is left out", run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pi_that_does_not_answer_is_a_sentence_and_ends_with_1()
    {
        using var run = new TestRun();
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        int port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        Assert.Equal(ExitCode.Failed, await run.RunAsync("list", $"127.0.0.1:{port}", "--data", run.Folder));
        Assert.Contains("gives no list", run.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(run.Output.ToString());
    }

    private static async Task ServeAsync(
        TcpListener listener, int times, ImmutableArray<ExportedDevice> devices, CancellationToken cancellationToken)
    {
        for (int i = 0; i < times; i++)
        {
            using Socket client = await listener.AcceptSocketAsync(cancellationToken);
            byte[] request = new byte[OpCommon.Size];
            await client.ReceiveAsync(request, cancellationToken);
            await client.SendAsync(DeviceListReply.Encode(devices), cancellationToken);
            client.Shutdown(SocketShutdown.Both);
        }
    }

    private static ImmutableArray<ListedStick> Judge(string options, ImmutableArray<ExportedDevice> devices) =>
        Sticks(options).Judge(Offered(devices, null)).Sticks;

    private static PiOffers Offered(ImmutableArray<ExportedDevice> devices, LongwireListExtension? notice) =>
        PiOffers.Of(new DeviceList(devices, notice));

    private static PiSticks Sticks(string yaml, params RadioMemory[] known)
    {
        AttachOptions options = Read.Yaml(yaml).Options;
        return new PiSticks(options.Pis[0], options, KnownRadios.Default, [.. known], "this boot");
    }

    private static RadioMemory Known(string port) => AttachBench.Known("known", port: port) with { Controller = "platform/soc/x.usb" };

    private static ExportedDevice Device(string busId, string id, string controller = "platform/soc/x.usb")
    {
        BusId parsed = BusId.Parse(busId);
        return new ExportedDevice
        {
            Path = $"/sys/devices/{controller}/usb{busId[0]}/{busId}",
            BusId = parsed,
            BusNumber = 1,
            DeviceNumber = 4,
            Speed = UsbSpeed.Full,
            Id = UsbId.Parse(id),
            BcdDevice = 0x0100,
            DeviceClass = 0,
            DeviceSubClass = 0,
            DeviceProtocol = 0,
            ConfigurationValue = 1,
            ConfigurationCount = 1,
            InterfaceCount = 0,
        };
    }
}
