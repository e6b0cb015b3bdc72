using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>A CDC-ACM device (USB CDC 1.1) for cdc_acm. A Z-Wave stick by its ids.</summary>
internal sealed class AcmStick : EchoStick
{
    private const int GetLineCoding = 0xA121;
    private const int SetLineCoding = 0x2120;

    // 9600 8N1.
    private static readonly byte[] s_lineCoding = [0x80, 0x25, 0, 0, 0, 0, 8];

    private AcmStick(string device, string interrupt, string bulkIn, string bulkOut)
        : base(new UsbId(0x0658, 0x0200))
    {
        Descriptors[0x0100] = Convert.FromHexString(device);
        Descriptors[0x0200] = Configuration(interrupt, bulkIn, bulkOut);
        Descriptors[0x0300] = [4, 3, 9, 4];
        Descriptors[0x0301] = Text("Sigma Designs");
        Descriptors[0x0302] = Text("UZB");
        Descriptors[0x0303] = Text("ZW0001");
    }

    /// <summary>As it was told last (USB CDC 1.1, 6.2.13).</summary>
    public byte[] LineCoding { get; private set; } = s_lineCoding;

    public static AcmStick FullSpeed() => new(
        "120100020200004058060002010101020301", interrupt: "07058103080010", bulkIn: "07058202400000", bulkOut: "07050202400000");

    /// <summary>With the endpoint companions and the BOS descriptor that a kernel asks of such a device (USB 3.2, 9.6).</summary>
    public static AcmStick SuperSpeed() => new(
        "120100030200000958060002010101020301",
        interrupt: "07058103080008" + "063000000800", bulkIn: "07058202000400" + "063000000000", bulkOut: "07050202000400" + "063000000000")
    {
        Descriptors = { [0x0F00] = Convert.FromHexString("050F160002" + "07100200000000" + "0A1003000E00010A2000") },
    };

    private protected override void Forget() => LineCoding = s_lineCoding;

    private protected override UrbAnswer? Serial(int request, SetupPacket setup, ReadOnlySpan<byte> told)
    {
        if (request == GetLineCoding) return Says(LineCoding, setup);
        if (request == SetLineCoding) LineCoding = told.ToArray();
        return null;
    }

    // A control interface with the functional descriptors header, call management, ACM and union, and a data interface.
    private static byte[] Configuration(string interrupt, string bulkIn, string bulkOut)
    {
        byte[] rest = Convert.FromHexString(
            "090400000102020100" + "0524001001" + "0524010001" + "04240202" + "0524060001" + interrupt
                + "09040100020A000000" + bulkIn + bulkOut);
        return [9, 2, (byte)(9 + rest.Length), 0, 2, 1, 0, 0x80, 50, .. rest];
    }
}
