using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>What a stick is told again after its session has ended, chip by chip.</summary>
public sealed class ControlRequestsTests
{
    // bmRequestType, bRequest, and wValue and wIndex of the earlier and of the later one.
    [Theory]
    [InlineData(SerialChip.Other, 0x21, 0x20, 0, 0, 0, 0, true)]
    [InlineData(SerialChip.Other, 0x21, 0x20, 0, 0, 0, 2, false)] // another port
    [InlineData(SerialChip.Other, 0x40, 0x01, 0x0101, 1, 0x0100, 1, true)] // FTDI: DTR up, DTR down
    [InlineData(SerialChip.Other, 0x40, 0x01, 0x0101, 1, 0x0202, 1, false)] // DTR, RTS
    [InlineData(SerialChip.Other, 0x41, 0x07, 0x0303, 0, 0x0101, 0, false)]
    [InlineData(SerialChip.Ch341, 0x40, 0x9A, 0x1312, 0xCC83, 0x1312, 0xF683, true)] // the divisor of another speed
    [InlineData(SerialChip.Ch341, 0x40, 0x9A, 0x1312, 0xCC83, 0x2518, 0xCC83, false)] // the line's format
    [InlineData(SerialChip.Ch341, 0x40, 0xA4, 0xFF9F, 0, 0xFFFF, 0, true)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 0x0002, 0x0024, 0x0002, 0x0044, true)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 0x0001, 0, 0x0000, 0, false)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 0x0404, 0, 0x0404, 1, false)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x80, 0x000A, 0xFF, 0x000A, 0xFA, true)]
    public void A_later_setting_makes_an_earlier_one_void_if_it_sets_the_same_thing(
        SerialChip chip, byte type, byte request, int before, int beforeIndex, int after, int afterIndex, bool expected) =>
        Assert.Equal(
            expected,
            ControlRequests.Supersedes(Setup(type, request, after, afterIndex), Setup(type, request, before, beforeIndex), chip));

    [Theory]
    [InlineData(SerialChip.Other, 0x40, 0x00, 1, false)] // FTDI: what it has received goes
    [InlineData(SerialChip.Other, 0x40, 0x00, 0, true)]
    [InlineData(SerialChip.Other, 0x41, 0x12, 15, false)] // CP210x
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 8, false)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 9, false)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x80, 7, false)]
    [InlineData(SerialChip.Pl2303, 0x40, 0x01, 0, true)]
    [InlineData(SerialChip.Other, 0x40, 0x01, 8, true)]
    public void A_purge_sets_nothing(SerialChip chip, byte type, byte request, int value, bool expected) =>
        Assert.Equal(expected, ControlRequests.SetsState(Setup(type, request, value, 0), chip));

    [Fact]
    public void A_register_of_a_PL2303_is_no_modem_line() =>
        Assert.False(ControlRequests.TryReadDtr(Setup(0x40, 0x01, 0x0505, 0x1311), SerialChip.Pl2303, out _, out _));

    private static byte[] Setup(byte type, byte request, int value, int index)
    {
        var setup = new byte[8];
        new SetupPacket(type, request, (ushort)value, (ushort)index, 0).Write(setup);
        return setup;
    }
}
