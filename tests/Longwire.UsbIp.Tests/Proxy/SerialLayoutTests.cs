using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>Which endpoints and requests belong to which serial port.</summary>
public sealed class SerialLayoutTests
{
    private const string Device = "120100020200004058060002010101020301";
    private const string Configuration = "0902FF000101008032";
    private const string AcmControl = "090400000102020100" + "0524001001" + "0524060001" + "070583030A000A";
    private const string AcmData = "09040100020A000000";
    private const string Bulk = "07058202400000" + "07050102400000";

    [Fact]
    public void A_CDC_ACM_function_is_a_port_whose_lines_are_set_on_its_control_interface() =>
        Assert.Equal([new SerialPort(2, 1, 0)], SerialLayout.Of(Of("0658:0200", AcmControl + AcmData + Bulk)));

    [Fact]
    public void An_FTDI_with_one_port_calls_it_0_and_one_with_two_calls_them_1_and_2()
    {
        Assert.Equal([new SerialPort(2, 1, 0)], SerialLayout.Of(Of("0403:6001", Vendor(0) + Bulk)));
        Assert.Equal(
            [new SerialPort(2, 1, 1), new SerialPort(2, 1, 2)], SerialLayout.Of(Of("0403:6010", Vendor(0) + Bulk + Vendor(1) + Bulk)));
    }

    [Fact]
    public void Each_interface_of_a_CP210x_is_a_port_of_its_number() => Assert.Equal(
        [new SerialPort(2, 1, 0), new SerialPort(2, 1, 1)], SerialLayout.Of(Of("10c4:8a2a", Vendor(0) + Bulk + Vendor(1) + Bulk)));

    [Fact]
    public void A_chip_is_known_by_its_maker_unless_it_speaks_CDC_ACM()
    {
        Assert.Equal(SerialChip.Ch341, SerialLayout.ChipOf(Of("1a86:7523", Vendor(0) + Bulk)));
        Assert.Equal(SerialChip.Other, SerialLayout.ChipOf(Of("1a86:55d4", AcmControl + AcmData + Bulk)));
        Assert.Equal(SerialChip.Pl2303, SerialLayout.ChipOf(Of("067b:2303", Vendor(0) + Bulk)));
        Assert.Equal(SerialChip.Other, SerialLayout.ChipOf(Of("0403:6001", Vendor(0) + Bulk)));
    }

    [Fact]
    public void What_a_driver_asks_at_close_is_asked_of_each_port()
    {
        Assert.Equal([new(0xC0, 5, 0, 0, 2)], SerialLayout.AskedAtClose(Of("0403:6001", Vendor(0) + Bulk)));
        Assert.Equal(4, SerialLayout.AskedAtClose(Of("10c4:8a2a", Vendor(0) + Bulk + Vendor(1) + Bulk)).Length);
        Assert.Empty(SerialLayout.AskedAtClose(Of("0658:0200", AcmControl + AcmData + Bulk)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0904")]
    [InlineData("00")]
    [InlineData("070582")]
    [InlineData("0904010102FF000000" + Bulk)]
    public void What_is_no_port_is_none(string descriptors) => Assert.Empty(SerialLayout.Of(Of("0403:6001", descriptors)));

    private static string Vendor(int number) => $"09040{number}0002FF000000";

    private static DeviceIdentity Of(string id, string descriptors) => new()
    {
        Id = UsbId.Parse(id),
        BcdDevice = 0x0100,
        Interfaces = [],
        Descriptors = Convert.FromHexString(Device + Configuration + descriptors),
    };
}
