using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

public sealed class UrbHeaderTests
{
    private const string CmdSubmitHex =
        "00000001" + "01020304" + "05060708" + "00000001" + "0000000f"
        + "090a0b0c" + "0d0e0f10" + "11121314" + "15161718" + "191a1b1c" + "1d1e1f2021222324";

    private const string CmdUnlinkHex =
        "00000002" + "01020304" + "05060708" + "00000001" + "0000000e" + "090a0b0c" + "000000000000000000000000000000000000000000000000";

    private const string RetSubmitHex =
        "00000003" + "01020304" + "05060708" + "00000001" + "0000000d"
        + "ff0a0b0c" + "0d0e0f10" + "11121314" + "15161718" + "191a1b1c" + "0000000000000000";

    private const string RetUnlinkHex =
        "00000004" + "01020304" + "05060708" + "00000001" + "0000000c" + "ffffff98" + "000000000000000000000000000000000000000000000000";

    public static TheoryData<string> AllHex { get; } = new(CmdSubmitHex, CmdUnlinkHex, RetSubmitHex, RetUnlinkHex);

    [Fact]
    public void Every_field_stands_where_the_header_says()
    {
        Assert.Equal(CmdSubmitHex, Samples.Hex(Samples.Write(bytes => Samples.CmdSubmit.Write(bytes), UrbHeader.Size)));
        Assert.Equal(CmdUnlinkHex, Samples.Hex(Samples.Write(bytes => Samples.CmdUnlink.Write(bytes), UrbHeader.Size)));
        Assert.Equal(RetSubmitHex, Samples.Hex(Samples.Write(bytes => Samples.RetSubmit.Write(bytes), UrbHeader.Size)));
        Assert.Equal(RetUnlinkHex, Samples.Hex(Samples.Write(bytes => Samples.RetUnlink.Write(bytes), UrbHeader.Size)));
    }

    [Fact]
    public void Every_message_is_read_as_it_was_written()
    {
        Assert.Equal(Samples.CmdSubmit, CmdSubmit.Parse(Convert.FromHexString(CmdSubmitHex)));
        Assert.Equal(Samples.CmdUnlink, CmdUnlink.Parse(Convert.FromHexString(CmdUnlinkHex)));
        Assert.Equal(Samples.RetSubmit, RetSubmit.Parse(Convert.FromHexString(RetSubmitHex)));
        Assert.Equal(Samples.RetUnlink, RetUnlink.Parse(Convert.FromHexString(RetUnlinkHex)));
    }

    [Fact]
    public void The_common_part_tells_the_messages_apart()
    {
        Assert.Equal(
            new UrbHeader(UrbCommand.CmdSubmit, 0x01020304, 0x05060708, UrbDirection.In, 15),
            UrbHeader.Parse(Convert.FromHexString(CmdSubmitHex)));
        Assert.Equal(UrbCommand.CmdUnlink, UrbHeader.Parse(Convert.FromHexString(CmdUnlinkHex)).Command);
        Assert.Equal(UrbCommand.RetSubmit, UrbHeader.Parse(Convert.FromHexString(RetSubmitHex)).Command);
        Assert.Equal(UrbCommand.RetUnlink, UrbHeader.Parse(Convert.FromHexString(RetUnlinkHex)).Command);
    }

    [Theory]
    [MemberData(nameof(AllHex))]
    public void Empty_and_short_are_malformed(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        for (int length = 0; length < UrbHeader.Size; length++)
        {
            Assert.Throws<UsbIpFormatException>(() => CmdSubmit.Parse(bytes.AsSpan(0, length)));
            Assert.Throws<UsbIpFormatException>(() => CmdUnlink.Parse(bytes.AsSpan(0, length)));
            Assert.Throws<UsbIpFormatException>(() => RetSubmit.Parse(bytes.AsSpan(0, length)));
            Assert.Throws<UsbIpFormatException>(() => RetUnlink.Parse(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Multiple_messages_in_a_row_are_read_one_by_one()
    {
        byte[] bytes = Convert.FromHexString(CmdSubmitHex + CmdUnlinkHex + CmdSubmitHex);
        Assert.Equal(Samples.CmdSubmit, CmdSubmit.Parse(bytes));
        Assert.Equal(Samples.CmdUnlink, CmdUnlink.Parse(bytes.AsSpan(UrbHeader.Size)));
        Assert.Equal(Samples.CmdSubmit, CmdSubmit.Parse(bytes.AsSpan(2 * UrbHeader.Size)));
    }

    [Fact]
    public void Another_message_than_the_expected_is_a_protocol_error()
    {
        Assert.Throws<UsbIpProtocolException>(() => CmdSubmit.Parse(Convert.FromHexString(CmdUnlinkHex)));
        Assert.Throws<UsbIpProtocolException>(() => CmdUnlink.Parse(Convert.FromHexString(CmdSubmitHex)));
        Assert.Throws<UsbIpProtocolException>(() => RetSubmit.Parse(Convert.FromHexString(RetUnlinkHex)));
        Assert.Throws<UsbIpProtocolException>(() => RetUnlink.Parse(Convert.FromHexString(RetSubmitHex)));
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(0, 5u)]
    [InlineData(12, 2u)]
    [InlineData(16, 16u)]
    [InlineData(24, 0x80000000u)]
    public void A_number_outside_its_range_is_malformed(int at, uint value)
    {
        byte[] bytes = Convert.FromHexString(RetSubmitHex);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at), value);
        var e = Assert.Throws<UsbIpFormatException>(() => RetSubmit.Parse(bytes));
        Assert.Contains(value.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_room_for_data_is_malformed()
    {
        byte[] bytes = Convert.FromHexString(CmdSubmitHex);
        bytes[24] = 0x80;
        Assert.Throws<UsbIpFormatException>(() => CmdSubmit.Parse(bytes));
    }

    [Fact]
    public void A_non_isochronous_packet_count_of_minus_one_is_kept()
    {
        byte[] bytes = Convert.FromHexString(CmdSubmitHex);
        bytes.AsSpan(32, 4).Fill(0xff);
        Assert.Equal(-1, CmdSubmit.Parse(bytes).NumberOfPackets);
    }

    [Fact]
    public void Padding_is_not_looked_at_and_written_as_zeros()
    {
        byte[] bytes = Convert.FromHexString(RetSubmitHex);
        bytes.AsSpan(40).Fill(0xAA);
        RetSubmit parsed = RetSubmit.Parse(bytes);
        parsed.Write(bytes);
        Assert.Equal(RetSubmitHex, Samples.Hex(bytes));
        foreach (string hex in (string[])[CmdUnlinkHex, RetUnlinkHex])
        {
            bytes = Convert.FromHexString(hex);
            // Where the SUBMIT messages have a length, which must not be negative.
            bytes.AsSpan(24).Fill(0xAA);
            if (hex == CmdUnlinkHex) CmdUnlink.Parse(bytes).Write(bytes);
            else RetUnlink.Parse(bytes).Write(bytes);
            Assert.Equal(hex, Samples.Hex(bytes));
        }
    }

    [Fact]
    public void A_get_descriptor_request_is_little_endian_as_on_the_bus()
    {
        var bytes = new byte[UrbHeader.Size];
        (Samples.CmdSubmit with { Setup = SetupPacket.GetDescriptor(3, 2, 0x0409, 255) }).Write(bytes);
        Assert.Equal("800602030904ff00", Samples.Hex(bytes.AsSpan(40)));
    }

    [Fact]
    public void Parsing_and_writing_allocate_nothing()
    {
        byte[] submit = Convert.FromHexString(CmdSubmitHex), unlink = Convert.FromHexString(CmdUnlinkHex);
        byte[] retSubmit = Convert.FromHexString(RetSubmitHex), retUnlink = Convert.FromHexString(RetUnlinkHex);
        Pass(); // what the just-in-time compiler allocates is not ours
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass()
        {
            UrbHeader.Parse(submit);
            CmdSubmit.Parse(submit).Write(submit);
            CmdUnlink.Parse(unlink).Write(unlink);
            RetSubmit.Parse(retSubmit).Write(retSubmit);
            RetUnlink.Parse(retUnlink).Write(retUnlink);
        }
    }
}
