using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Radios;

public sealed class KnownRadiosTests
{
    /// <summary>What sticks say of themselves, as their owners' kernels logged it.</summary>
    public static TheoryData<string, string?, string?, string, string, int> Sticks => new()
    {
        { "0658:0200", null, null, "Z-Wave stick", "Z-Wave", 1 },
        { "10c4:8a2a", null, null, "Nortek HUSBZB-1", "Z-Wave and Zigbee", 2 },
        { "10c4:8a2a", "HubZ Smart Home Controller", "Silicon Labs", "Nortek HUSBZB-1", "Z-Wave and Zigbee", 2 },
        { "303a:4001", "Nabu Casa ZWA-2", "Nabu Casa", "Home Assistant Connect ZWA-2", "Z-Wave", 1 },
        { "1a86:55d4", "800 Z-Wave Stick", "Zooz", "Zooz ZST39", "Z-Wave", 1 },
        { "10c4:ea60", "SONOFF Dongle Plus CC2674P10", "SONOFF", "SONOFF Dongle Plus CC2674P10", "Zigbee or Thread", 1 },
        { "1915:cafe", "nRF528xx OpenThread Device", "Nordic Semiconductor", "Nordic nRF52840", "Thread", 1 },
        { "10c4:ea60", "SONOFF ZWave 800 Dongle Plus", "SONOFF", "SONOFF Z-Wave 800 Dongle Plus", "Z-Wave", 1 },
        { "1cf1:0030", null, null, "dresden elektronik ConBee II", "Zigbee", 1 },
        { "1cf1:0030", "ConBee II", "dresden elektronik ingenieurtechnik GmbH", "dresden elektronik ConBee II", "Zigbee", 1 },
        { "0403:6015", "ConBee III", "dresden elektronik", "dresden elektronik ConBee III", "Zigbee or Thread", 1 },
        { "10c4:ea60", "SkyConnect v1.0", "Nabu Casa", "Home Assistant SkyConnect", "Zigbee or Thread", 1 },
        { "10c4:ea60", "Home Assistant Connect ZBT-1", "Nabu Casa", "Home Assistant Connect ZBT-1", "Zigbee or Thread", 1 },
        { "303a:4001", "ZBT-2", "Nabu Casa", "Home Assistant Connect ZBT-2", "Zigbee or Thread", 1 },
        { "303a:831a", "Nabu Casa ZBT-2", "Nabu Casa", "Home Assistant Connect ZBT-2", "Zigbee or Thread", 1 },
        { "1a86:55d4", "SONOFF Zigbee 3.0 USB Dongle Plus V2", "ITEAD", "SONOFF Zigbee 3.0 USB Dongle Plus V2", "Zigbee or Thread", 1 },
        { "10c4:ea60", "SONOFF Dongle Max MG24", "SONOFF", "SONOFF Dongle Max", "Zigbee or Thread", 1 },
        { "10c4:ea60", "SONOFF Dongle Lite MG21", "SONOFF", "SONOFF Dongle Lite MG21", "Zigbee or Thread", 1 },
        { "10c4:ea60", "SONOFF Dongle Plus MG24", "SONOFF", "SONOFF Dongle Plus MG24", "Zigbee or Thread", 1 },
        { "10c4:ea60", "Sonoff Zigbee 3.0 USB Dongle Plus V2", "Itead", "SONOFF Zigbee 3.0 USB Dongle Plus V2", "Zigbee or Thread", 1 },
        { "10c4:ea60", "Sonoff Zigbee 3.0 USB Dongle Plus", "Silicon Labs", "SONOFF Zigbee 3.0 USB Dongle Plus", "Zigbee", 1 },
        { "10c4:ea60", "SMLIGHT SLZB-07p7", "SMLIGHT", "SMLIGHT SLZB-07", "Zigbee or Thread", 1 },
        { "10c4:ea60", "SMLIGHT SLZB-06p10", "SMLIGHT", "SMLIGHT SLZB-06", "Zigbee or Thread", 1 },
        { "10c4:ea60", "slae.sh cc2652rb stick - slaesh's iot stuff", "Silicon Labs", "CC2652 stick", "Zigbee", 1 },
        { "10c4:ea60", "TubesZB", null, "TubesZB coordinator", "Zigbee", 1 },
        { "1a86:7523", "TubesZB", null, "TubesZB coordinator", "Zigbee", 1 },
        { "1a86:7523", "ZigStar", null, "ZigStar coordinator", "Zigbee", 1 },
        { "10c4:ea60", "ZiGate", null, "ZiGate", "Zigbee", 1 },
        { "0403:6015", "ZiGate", "FTDI", "ZiGate+", "Zigbee", 1 },
        { "067b:2303", "ZiGate", null, "ZiGate", "Zigbee", 1 },
        { "0403:6015", null, "Electrolama", "Electrolama zig-a-zig-ah", "Zigbee", 1 },
        { "10c4:8b34", "BV 2010/10", "Silicon Labs", "Bitron Video AV2010/10", "Zigbee", 1 },
        { "0451:16a8", "TI CC2531 USB CDC", "Texas Instruments", "Texas Instruments CC2531", "Zigbee", 1 },
        { "0451:16c8", "CC2538 USB CDC", "Texas Instruments", "Texas Instruments CC2538", "Zigbee", 1 },
        { "2fe3:0100", "Zigbee NCP", "ZEPHYR", "Nordic Zigbee NCP", "Zigbee", 1 },
    };

    /// <summary>The same chips in printers, meters and boards, and as a stock Pi's list shows them: without texts.</summary>
    public static TheoryData<string, string?, string?> Bridges => new()
    {
        { "10c4:ea60", null, null },
        { "10c4:ea60", "CP2102 USB to UART Bridge Controller", "Silicon Labs" },
        { "10c4:ea70", "CP2105 Dual USB to UART Bridge Controller", "Silicon Labs" },
        { "1a86:7523", "USB2.0-Serial", null },
        { "1a86:55d4", "USB Single Serial", "1a86" },
        { "0403:6001", "FT232R USB UART", "FTDI" },
        { "0403:6015", "FT230X Basic UART", "FTDI" },
        { "303a:4001", "Espressif Device", "Espressif" },
        { "303a:4001", "Nabu Casa ZWA-2", "Somebody else" },
        { "2fe3:0100", "Zigbee NCP", null },
        { "0451:bef3", "XDS110 (02.03.00.14) Embed with CMSIS-DAP", "Texas Instruments" },
        { "303a:1001", "USB JTAG/serial debug unit", "Espressif" },
        { "1915:cafe", "nRF52 Connectivity", "Nordic Semiconductor" },
    };

    [Theory]
    [MemberData(nameof(Sticks))]
    public void A_known_stick_is_recognised_with_certainty(
        string id, string? product, string? manufacturer, string name, string kind, int serialPorts)
    {
        Recognition? recognition = KnownRadios.Default.Recognise(UsbId.Parse(id), product, manufacturer);

        Assert.NotNull(recognition);
        Assert.True(recognition.Certain);
        Assert.StartsWith(name, recognition.Name, StringComparison.Ordinal);
        Assert.Equal((kind, serialPorts), (recognition.Kind, recognition.SerialPorts));
    }

    [Theory]
    [MemberData(nameof(Bridges))]
    public void A_generic_bridge_without_the_right_texts_is_only_doubtful(string id, string? product, string? manufacturer)
    {
        Recognition? recognition = KnownRadios.Default.Recognise(UsbId.Parse(id), product, manufacturer);

        Assert.NotNull(recognition);
        Assert.False(recognition.Certain);
        Assert.Equal("serial bridge", recognition.Kind);
    }

    [Theory]
    [InlineData("046d:c31c")]
    [InlineData("0000:0000")]
    [InlineData("1d6b:0002")]
    public void Nothing_is_claimed_of_any_other_device(string id) =>
        Assert.Null(KnownRadios.Default.Recognise(UsbId.Parse(id), "Zigbee Z-Wave Thread", "Nabu Casa"));

    [Fact]
    public void Every_row_of_the_file_is_the_answer_to_some_stick_of_this_page()
    {
        HashSet<KnownRadio> unseen = [.. KnownRadios.Default.Rows];
        foreach (TheoryDataRow<string, string?, string?, string, string, int> stick in Sticks)
        {
            (string id, string? product, string? manufacturer, _, _, _) = stick.Data;
            unseen.Remove(KnownRadios.Default.Rows.First(row => row.Id == UsbId.Parse(id) && row.Fits(product, manufacturer)));
        }

        Assert.Empty(unseen.Select(row => $"{row.Id} {row.Name}"));
    }

    [Fact]
    public void An_id_that_alone_is_certain_is_no_generic_bridge() =>
        Assert.Empty(KnownRadios.Default.Rows.Where(row => row.Product is null && row.Manufacturer is null).Select(row => row.Id)
            .Intersect(KnownRadios.Default.Bridges.Select(bridge => bridge.Id)));

    [Fact]
    public void Every_trouble_names_rows_and_kinds_that_there_are()
    {
        HashSet<string> names = [.. KnownRadios.Default.Rows.Select(row => row.Name)];
        HashSet<string> kinds = [.. KnownRadios.Default.Rows.SelectMany(row => row.Kind.Split(' '))];
        Assert.NotEmpty(KnownRadios.Default.Troubles);
        Assert.All(KnownRadios.Default.Troubles, trouble =>
        {
            Assert.Empty(trouble.Of.Except(names));
            Assert.Empty(trouble.Kinds.Except(kinds));
            Assert.True(trouble.Of.Length + trouble.Kinds.Length > 0);
        });
        Assert.Distinct(KnownRadios.Default.Troubles.Select(trouble => trouble.Name));
    }

    [Theory]
    [InlineData("1cf1:0030", null, true)] // Zigbee
    [InlineData("10c4:8a2a", null, true)] // Z-Wave and Zigbee
    [InlineData("10c4:ea60", "SkyConnect v1.0", true)] // Zigbee or Thread
    [InlineData("1915:cafe", "nRF528xx OpenThread Device", true)] // Thread
    [InlineData("0658:0200", null, false)] // Z-Wave
    [InlineData("10c4:ea60", null, false)] // nobody knows
    public void A_trouble_of_a_kind_is_of_every_radio_that_speaks_it(string id, string? product, bool expected)
    {
        KnownTrouble trouble = Assert.Single(KnownRadios.Default.Troubles, trouble => trouble.Kinds.Contains("Zigbee"));
        Assert.Equal(expected, trouble.IsOf(KnownRadios.Default.Recognise(UsbId.Parse(id), product, null)!));
    }

    [Theory]
    [InlineData("1915:521f", "1915:cafe", true)]
    [InlineData("1915:521f", "303a:4001", false)]
    [InlineData("303a:1001", "303a:4001", false)] // a radio's own, with some firmware
    public void A_bootloader_is_that_of_some_radios_and_of_no_others(string seen, string radio, bool expected) =>
        Assert.Equal(expected, KnownRadios.Default.IsBootloaderOf(UsbId.Parse(seen), UsbId.Parse(radio)));

    [Fact]
    public void Every_row_with_a_pattern_is_shown_as_a_bridge_when_the_pattern_does_not_fit() =>
        Assert.All(
            KnownRadios.Default.Rows.Where(row => row.Product is not null || row.Manufacturer is not null),
            row => Assert.False(KnownRadios.Default.Recognise(row.Id, null, null)!.Certain));

    [Fact]
    public void Serial_kinds_are_what_a_radio_may_show() =>
        Assert.All(
            KnownRadios.Default.Rows,
            row => Assert.Equal([new(0x02, 0x02), new(0x0A), new(0xFF)], row.AsRecognition(certain: true).InterfaceKinds));

    [Theory]
    [InlineData("10c4:ea70", "Z-Stick 10 Pro")]
    [InlineData("10c4:ea70", "Z-Station")]
    [InlineData("303a:1001", "ESP32-C6")]
    [InlineData("10c4:ea60", "Z-Stick 7")]
    public void A_bridge_says_which_radio_it_often_is(string id, string radio) =>
        Assert.Contains(radio, KnownRadios.Default.Recognise(UsbId.Parse(id), null, null)!.Often, StringComparison.Ordinal);

    [Theory]
    [InlineData("1a86:55d4", "533D004242", true)]
    [InlineData("1a86:55d4", " 533D004242 ", true)]
    [InlineData("1a86:55d4", "533D004243", false)]
    [InlineData("0658:0200", "533D004242", false)]
    [InlineData("10c4:ea60", "0001", true)]
    [InlineData("0451:bef3", "00000000", true)]
    [InlineData("10c4:ea60", null, false)]
    public void A_serial_is_known_to_be_shared_by_the_sticks_of_an_id(string id, string? serial, bool shared) =>
        Assert.Equal(shared, KnownRadios.Default.IsSharedSerial(UsbId.Parse(id), serial));

    [Fact]
    public void A_probe_with_two_ports_may_show_what_it_has_beside_them_and_nothing_else()
    {
        Recognition launchPad = KnownRadios.Default.Recognise(UsbId.Parse("0451:bef3"), null, null)!;
        Assert.Equal(2, launchPad.SerialPorts);
        bool Allowed(byte interfaceClass, byte subClass) =>
            launchPad.InterfaceKinds.Any(kind => kind.Covers(new UsbInterfaceClass(interfaceClass, subClass, 0)));
        Assert.True(Allowed(0x02, 0x02) && Allowed(0x0A, 0) && Allowed(0xFF, 0) && Allowed(0x03, 0));
        Assert.False(Allowed(0x03, 1) || Allowed(0x08, 6) || Allowed(0x02, 6));
    }

    [Fact]
    public void A_device_is_recognised_by_what_it_says_itself() =>
        Assert.True(KnownRadios.Default.Recognise(new DeviceIdentity
        {
            Id = UsbId.Parse("10c4:ea60"),
            BcdDevice = 0x0100,
            Product = "SkyConnect v1.0",
            Interfaces = [],
            Descriptors = default,
        })!.Certain);

    [Fact]
    public void Each_port_of_a_row_has_its_own_time_at_which_a_command_is_stale_or_none_has() => Assert.All(
        KnownRadios.Default.Rows.Concat(KnownRadios.Default.Bridges),
        row => Assert.Contains(row.Stale.Length, new[] { 0, row.SerialPorts }));
}
