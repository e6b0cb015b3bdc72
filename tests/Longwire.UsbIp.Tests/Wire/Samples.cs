using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Wire;

/// <summary>Values with something different in every field, so that no two can be exchanged unnoticed.</summary>
internal static class Samples
{
    public static ExportedDevice Device { get; } = new()
    {
        Path = "/sys/devices/platform/soc/usb1/1-1/1-1.4",
        BusId = BusId.Parse("1-1.4"),
        BusNumber = 0x01020304,
        DeviceNumber = 0x05060708,
        Speed = (UsbSpeed)0x090a0b0c,
        Id = new UsbId(0x0d0e, 0x0f10),
        BcdDevice = 0x1112,
        DeviceClass = 0x13,
        DeviceSubClass = 0x14,
        DeviceProtocol = 0x15,
        ConfigurationValue = 0x16,
        ConfigurationCount = 0x17,
        InterfaceCount = 2,
        Interfaces = [new UsbInterfaceClass(0x19, 0x1a, 0x1b), new UsbInterfaceClass(0x1c, 0x1d, 0x1e)],
    };

    public static LongwireListExtension Notice { get; } = new()
    {
        Version = "0.1.0",
        Entries =
        [
            new NoticeEntry(BusId.Parse("1-1.2"), new UsbId(0x0102, 0x0304), NoticeReason.InUse),
            new NoticeEntry(BusId.Parse("2-3"), new UsbId(0x0506, 0x0708), (NoticeReason)0x090a0b0c),
        ],
    };

    public static CmdSubmit CmdSubmit { get; } = new()
    {
        Seqnum = 0x01020304,
        DevId = 0x05060708,
        Direction = UrbDirection.In,
        Ep = 15,
        TransferFlags = 0x090a0b0c,
        TransferBufferLength = 0x0d0e0f10,
        StartFrame = 0x11121314,
        NumberOfPackets = 0x15161718,
        Interval = 0x191a1b1c,
        Setup = new SetupPacket(0x1d, 0x1e, 0x201f, 0x2221, 0x2423),
    };

    public static CmdUnlink CmdUnlink { get; } = new()
    {
        Seqnum = 0x01020304,
        DevId = 0x05060708,
        Direction = UrbDirection.In,
        Ep = 14,
        UnlinkSeqnum = 0x090a0b0c,
    };

    public static RetSubmit RetSubmit { get; } = new()
    {
        Seqnum = 0x01020304,
        DevId = 0x05060708,
        Direction = UrbDirection.In,
        Ep = 13,
        Status = unchecked((int)0xff0a0b0c),
        ActualLength = 0x0d0e0f10,
        StartFrame = 0x11121314,
        NumberOfPackets = 0x15161718,
        ErrorCount = 0x191a1b1c,
    };

    public static RetUnlink RetUnlink { get; } = new()
    {
        Seqnum = 0x01020304,
        DevId = 0x05060708,
        Direction = UrbDirection.In,
        Ep = 12,
        Status = RetUnlink.TakenBack,
    };

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>The text, its zeros up to the end of a field of this size, in hex.</summary>
    public static string Field(string text, int size) => Hex(System.Text.Encoding.ASCII.GetBytes(text)).PadRight(size * 2, '0');

    public static byte[] Write(Action<byte[]> write, int size)
    {
        // Old bytes must be overwritten, padding included.
        var bytes = new byte[size];
        Array.Fill(bytes, (byte)0xEE);
        write(bytes);
        return bytes;
    }
}
