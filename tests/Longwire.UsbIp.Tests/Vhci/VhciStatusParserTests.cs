using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Xunit;

namespace Longwire.UsbIp.Tests.Vhci;

[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class VhciStatusParserTests
{
    private const int Mutations = 100_000;

    // Two ports to a hub, as a kernel built with VHCI_HC_PORTS=2 prints them; each state once.
    private const string Table = """
        hub port sta spd dev      sockfd local_busid
        hs  0000 006 003 00110002 000003 1-1
        hs  0001 004 000 00000000 000000 0-0
        ss  0002 005 000 00000000 000000 0-0
        ss  0003 007 000 00000000 000000 0-0

        """;

    [Fact]
    public void Each_state_is_read_with_its_half_and_its_port_on_that_half()
    {
        IReadOnlyList<VhciPort> ports = VhciStatusParser.Parse(Table, 0);
        Assert.Equal([0, 1, 2, 3], ports.Select(port => port.Number));
        Assert.Equal(
            [VhciPortState.Used, VhciPortState.Null, VhciPortState.NotAssigned, VhciPortState.Error], ports.Select(port => port.State));
        Assert.Equal([VhciHubSpeed.High, VhciHubSpeed.High, VhciHubSpeed.Super, VhciHubSpeed.Super], ports.Select(port => port.Hub));
        Assert.Equal([1, 2, 1, 2], ports.Select(port => port.HubPort));
    }

    [Fact]
    public void A_port_in_use_tells_speed_device_id_and_local_name()
    {
        VhciPort port = VhciStatusParser.Parse(Table, 0)[0];
        Assert.Equal((UsbSpeed.High, 0x0011_0002u, (BusId?)BusId.Parse("1-1")), (port.Speed, port.DevId, port.LocalBusId));
    }

    [Fact]
    public void A_port_that_is_not_in_use_has_no_local_name() =>
        Assert.All(VhciStatusParser.Parse(Table, 0).Skip(1), port => Assert.Equal((null, 0u), (port.LocalBusId, port.DevId)));

    [Fact]
    public void A_local_name_outside_state_006_means_nothing() =>
        Assert.Null(VhciStatusParser.Parse("hs  0000 005 003 00110002 000003 1-1\n", 0)[0].LocalBusId);

    [Fact]
    public void Port_numbers_count_through_the_controllers_and_hub_ports_do_not()
    {
        IReadOnlyList<VhciPort> ports = VhciStatusParser.Parse(
            "hs  0016 004 000 00000000 000000 0-0\nhs  0017 006 002 00010003 000012 5-2\n", 1);
        Assert.Equal([(16, 1, 1), (17, 2, 1)], ports.Select(port => (port.Number, port.HubPort, port.Controller)));
    }

    [Theory]
    [InlineData("hs 0 6 2 10003 7 3-1")]
    [InlineData("hs\t00000000 0006  0002 000000010003 0000000000000000007 3-1 ")]
    [InlineData("hs  0000 006 002 00010003 ffff9d0b40e2c600 3-1")]
    [InlineData("hs  0000 006 002 00010003 000007 3-1 something new")]
    public void Columns_are_told_by_white_space_not_by_width(string line)
    {
        VhciPort port = Assert.Single(VhciStatusParser.Parse(line, 0));
        Assert.Equal((0, 0x10003u, UsbSpeed.Full, (BusId?)BusId.Parse("3-1")), (port.Number, port.DevId, port.Speed, port.LocalBusId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("hub port sta spd dev      sockfd local_busid\n")]
    public void A_table_without_ports_is_empty(string text) => Assert.Empty(VhciStatusParser.Parse(text, 0));

    [Theory]
    [InlineData("xs  0000 004 000 00000000 000000 0-0")]
    [InlineData("hs  0000 004 000 00000000")]
    [InlineData("hs  -001 004 000 00000000 000000 0-0")]
    [InlineData("hs  0000 used 000 00000000 000000 0-0")]
    [InlineData("hs  0000 004 000 0000000g 000000 0-0")]
    [InlineData("hs  0000 004 99999999999 00000000 000000 0-0")]
    public void A_line_of_another_form_is_quoted(string line) =>
        Assert.Contains(
            $"'{line}'", Assert.Throws<FormatException>(() => VhciStatusParser.Parse(line, 0)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("hs  0001 004 000 0000000g 000000 0-0", 2)]
    [InlineData("hs  0001", 2)]
    [InlineData("xs  0001 004 000 00000000 000000 0-0", 1)]
    public void A_line_of_another_form_costs_no_other_port_anything(string line, int before)
    {
        var unknown = new List<string>();
        string[] lines = Table.Split('\n');
        lines[2] = line;
        string table = string.Join('\n', [.. lines, "hs  0004 004 000 00000000 000000 0-0"]);
        IReadOnlyList<VhciPort> ports = VhciStatusParser.Parse(table, 0, unknown);
        Assert.Equal([0, 2, 3, 4], ports.Select(port => port.Number));
        // The unknown one is a port of its hub all the same.
        Assert.Equal(before + 1, ports[^1].HubPort);
        Assert.Equal([line], unknown);
    }

    [Fact]
    public void Every_prefix_gives_ports_or_a_format_exception()
    {
        for (int length = 0; length <= Table.Length; length++) ParseOrRefuse(Table[..length]);
        Assert.True(ParseOrRefuse(Table));
    }

    [Fact]
    public void A_hundred_thousand_mutations_give_ports_or_a_format_exception()
    {
        var random = new Random(20_261);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            if (!ParseOrRefuse(Mutate(random))) refused++;
        }
        Assert.InRange(refused, 1, Mutations - 1);
    }

    private static bool ParseOrRefuse(string text)
    {
        try
        {
            // A line of the table is a port or is refused: more ports than lines would be made up.
            Assert.InRange(VhciStatusParser.Parse(text, 0).Count, 0, text.Split('\n').Length);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string Mutate(Random random)
    {
        char[] text = Table.ToCharArray();
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            text[random.Next(text.Length)] = random.Next(4) switch
            {
                0 => (char)random.Next(0x10000),
                1 => "0123456789abcdefhs -.\n\t"[random.Next(23)],
                2 => (char)('0' + random.Next(10)),
                _ => (char)random.Next(128),
            };
        }
        int cut = random.Next(text.Length), length = random.Next(4) == 0 ? random.Next(text.Length - cut) : 0;
        return new string(text).Remove(cut, length);
    }
}
