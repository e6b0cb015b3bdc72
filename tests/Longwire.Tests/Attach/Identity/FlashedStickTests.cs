using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

/// <summary>When a stick under another product id is the radio that is remembered.</summary>
public sealed class FlashedStickTests
{
    private const string Serial = "9C139EAD2A44";

    private static readonly RadioMemory s_radio = Known("r", Serial) with
    {
        UsbId = "303a:4001", Manufacturer = "Nabu Casa", Product = "ZBT-2",
    };

    private static readonly DeviceIdentity s_flashed = IdentityOf(Serial, "303a:831a") with { Manufacturer = "Nabu Casa", Product = "NCP" };

    [Fact]
    public void It_is_where_serial_manufacturer_and_port_agree() => Assert.Same(s_radio, Find(s_flashed));

    [Fact]
    public void It_is_whatever_blanks_the_texts_are_padded_with() =>
        Assert.Same(s_radio, Find(s_flashed with { Serial = Serial + " ", Manufacturer = " Nabu Casa" }));

    [Fact]
    public void It_is_not_where_one_of_them_differs()
    {
        Assert.Null(Find(s_flashed with { Serial = "9C139EAD2A45" }));
        Assert.Null(Find(s_flashed with { Manufacturer = "Espressif" }));
        Assert.Null(Find(s_flashed, port: "1.3"));
        Assert.Null(Find(s_flashed, controller: "platform/other"));
        Assert.Null(Find(s_flashed, pi: "cellar"));
        Assert.Null(Find(s_flashed with { Id = UsbId.Parse("10c4:831a") }));
    }

    [Fact]
    public void It_is_not_where_one_of_them_is_not_told()
    {
        Assert.Null(Find(s_flashed with { Serial = null }));
        Assert.Null(Find(s_flashed with { Manufacturer = "" }));
        Assert.Null(Find(s_flashed with { Serial = null }, known: s_radio with { Serial = null }));
        Assert.Null(Find(s_flashed with { Manufacturer = null }, known: s_radio with { Manufacturer = null }));
    }

    [Fact]
    public void It_is_not_while_that_radio_is_somewhere_else() =>
        Assert.Null(FlashedStick.Find(At("1.2", s_flashed), s_flashed, [s_radio], _ => false));

    [Theory]
    [InlineData("0001")]
    [InlineData("00000000")]
    [InlineData("12121212")]
    [InlineData("")]
    public void A_serial_that_a_chip_comes_with_tells_nothing(string serial)
    {
        Assert.False(FlashedStick.IsTelling(serial));
        Assert.Null(Find(s_flashed with { Serial = serial }, known: s_radio with { Serial = serial }));
    }

    private static RadioMemory? Find(
        DeviceIdentity identity, string pi = "attic", string controller = "platform/soc", string port = "1.2", RadioMemory? known = null) =>
        FlashedStick.Find(At(port, identity, pi, controller), identity, [known ?? s_radio], _ => true);

    private static Sighting At(string port, DeviceIdentity identity, string pi = "attic", string controller = "platform/soc") =>
        new(pi, new UsbPort(controller, port), identity.Id, identity.Serial);
}
