using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

/// <summary>Which stick can stand in for which.</summary>
public sealed class StickKindTests
{
    private static readonly RadioMemory s_zwave = Known("r");
    private static readonly RadioMemory s_zigbee = s_zwave with { UsbId = "10c4:ea60", Product = "Sonoff Zigbee 3.0 USB Dongle Plus" };
    private static readonly RadioMemory s_unknown = s_zwave with { UsbId = "10c4:ea60", Product = "Meter", Manufacturer = "Acme" };

    [Fact]
    public void Every_known_radio_can_stand_in_for_one_that_speaks_the_same()
    {
        foreach (KnownRadio row in KnownRadios.Default.Rows)
        {
            RadioMemory radio = s_zwave with
            {
                UsbId = row.Id.ToString(), Product = Text(row.Product), Manufacturer = Text(row.Manufacturer),
            };
            Assert.All(
                KnownRadios.Default.Rows.Where(other => other.Kind == row.Kind),
                other => Assert.True(
                    StickKind.IsSame(KnownRadios.Default, radio, other.Id, Text(other.Product), Text(other.Manufacturer)), other.Name));
        }
    }

    [Theory]
    [InlineData("0658:0200", null, true)]
    [InlineData("303a:4001", "Home Assistant Connect ZWA-2", true)]
    [InlineData("303a:4001", "ZBT-2", false)]
    [InlineData("1cf1:0030", "ConBee II", false)]
    [InlineData("10c4:8a2a", "HubZ Smart Home Controller", false)]
    [InlineData("10c4:ea60", "CP2102 USB to UART", false)]
    public void A_Z_Wave_stick_is_replaced_by_Z_Wave_sticks(string id, string? product, bool same) =>
        Assert.Equal(same, IsSame(s_zwave, id, product, "Nabu Casa"));

    [Theory]
    [InlineData("10c4:ea60", "Sonoff Zigbee 3.0 USB Dongle Plus V2", true)]
    [InlineData("1cf1:0030", "ConBee II", true)]
    [InlineData("10c4:ea60", "CP2102 USB to UART", false)]
    [InlineData("0658:0200", null, false)]
    public void A_bridge_that_is_a_Zigbee_stick_is_replaced_by_Zigbee_sticks_and_not_by_whatever_has_its_chip(
        string id, string? product, bool same) =>
        Assert.Equal(same, IsSame(s_zigbee, id, product, null));

    [Theory]
    [InlineData("10c4:ea60", "Meter", "Acme", true)]
    [InlineData("10c4:ea60", "Meter", "Other", false)]
    [InlineData("10c4:ea60", "Printer", "Acme", false)]
    [InlineData("10c4:ea60", null, null, false)]
    [InlineData("1a86:7523", "Meter", "Acme", false)]
    [InlineData("10c4:ea60", "Sonoff Zigbee 3.0 USB Dongle Plus", "Acme", false)]
    public void What_nobody_knows_is_replaced_by_its_like_alone(string id, string? product, string? manufacturer, bool same) =>
        Assert.Equal(same, IsSame(s_unknown, id, product, manufacturer));

    [Theory]
    [InlineData("10c4:ea60", true)]
    [InlineData("1cf1:0030", true)]
    [InlineData("0658:0200", false)]
    [InlineData("046d:c31c", false)]
    public void A_stick_that_was_not_asked_yet_may_be_of_the_kind_if_any_with_its_ids_is(string id, bool may) =>
        Assert.Equal(may, StickKind.IsSame(KnownRadios.Default, s_zigbee, UsbId.Parse(id), identity: null));

    private static bool IsSame(RadioMemory radio, string id, string? product, string? manufacturer) =>
        StickKind.IsSame(
            KnownRadios.Default, radio, UsbId.Parse(id), IdentityOf(null, id) with { Product = product, Manufacturer = manufacturer });

    // A text that fits the pattern.
    private static string? Text(string? pattern) => pattern?.Replace("*", "", StringComparison.Ordinal);
}
