using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>
/// A stick that is nothing but its answers: a true CDC-ACM device (USB CDC 1.1) to a kernel that enumerates it and to cdc_acm, which says
/// back on its serial port whatever it is told there. A Z-Wave stick by its ids.
/// </summary>
internal sealed class AcmStick
{
    /// <summary>Of both bulk endpoints.</summary>
    public const uint DataEp = 2;

    // bmRequestType and bRequest, as they follow each other on the wire.
    private const int GetStatus = 0x8000;
    private const int GetStatusOfEndpoint = 0x8200;
    private const int GetDescriptor = 0x8006;
    private const int GetLineCoding = 0xA121;
    private const int SetLineCoding = 0x2120;
    private const int ClearFeatureOfEndpoint = 0x0201;

    // 9600 8N1.
    private static readonly byte[] s_lineCoding = [0x80, 0x25, 0, 0, 0, 0, 8];

    private readonly Lock _gate = new();
    private readonly Queue<byte> _echo = [];
    private int _clearedHalts;

    private AcmStick(string device, string interrupt, string bulkIn, string bulkOut) => Descriptors = new()
    {
        [0x0100] = Convert.FromHexString(device),
        [0x0200] = Configuration(interrupt, bulkIn, bulkOut),
        [0x0300] = [4, 3, 9, 4],
        [0x0301] = Text("Sigma Designs"),
        [0x0302] = Text("UZB"),
        [0x0303] = Text("ZW0001"),
    };

    /// <summary>By wValue: descriptor type &lt;&lt; 8 | index. One that is not here stalls.</summary>
    public Dictionary<int, byte[]> Descriptors { get; }

    public static UsbId Id { get; } = new(0x0658, 0x0200);

    public byte ConfigurationValue { get; private set; }

    /// <summary>As it was told last (USB CDC 1.1, 6.2.13).</summary>
    public byte[] LineCoding { get; private set; } = s_lineCoding;

    /// <summary>How often a host took back the halt of an endpoint.</summary>
    public int ClearedHalts => Volatile.Read(ref _clearedHalts);

    public static AcmStick FullSpeed() => new(
        "120100020200004058060002010101020301", interrupt: "07058103080010", bulkIn: "07058202400000", bulkOut: "07050202400000");

    /// <summary>With the endpoint companions and the BOS descriptor that a kernel asks of such a device (USB 3.2, 9.6).</summary>
    public static AcmStick SuperSpeed() => new(
        "120100030200000958060002010101020301",
        interrupt: "07058103080008" + "063000000800", bulkIn: "07058202000400" + "063000000000", bulkOut: "07050202000400" + "063000000000")
    {
        Descriptors = { [0x0F00] = Convert.FromHexString("050F160002" + "07100200000000" + "0A1003000E00010A2000") },
    };

    public static byte[] Text(string text) => [(byte)(2 + (2 * text.Length)), 3, .. System.Text.Encoding.Unicode.GetBytes(text)];

    /// <returns>Null: the transfer waits until there is something to say.</returns>
    public UrbAnswer? Answer(CmdSubmit submit, ReadOnlyMemory<byte> told)
    {
        lock (_gate)
        {
            if (submit.Ep == 0) return Control(submit.Setup, told.Span);
            if (submit.Direction == UrbDirection.Out)
            {
                foreach (byte one in told.Span) _echo.Enqueue(one);
                return UrbAnswer.Told(told.Length);
            }
            if (submit.Ep != DataEp || _echo.Count == 0) return null;
            var says = new byte[Math.Min(_echo.Count, submit.TransferBufferLength)];
            for (int i = 0; i < says.Length; i++) says[i] = _echo.Dequeue();
            return UrbAnswer.Says(says);
        }
    }

    /// <summary>What ends a session on a real Pi resets the stick: nothing of what it was told is left.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _echo.Clear();
            ConfigurationValue = 0;
            LineCoding = s_lineCoding;
        }
    }

    private UrbAnswer Control(SetupPacket setup, ReadOnlySpan<byte> told)
    {
        int request = (setup.RequestType << 8) | setup.Request;
        switch (request)
        {
            case GetDescriptor: return Descriptors.TryGetValue(setup.Value, out byte[]? bytes) ? Says(bytes, setup) : UrbAnswer.Stall;
            case GetLineCoding: return Says(LineCoding, setup);
            case SetLineCoding: LineCoding = told.ToArray(); break;
            case GetStatus or GetStatusOfEndpoint: return Says(new byte[2], setup);
            case ClearFeatureOfEndpoint: Interlocked.Increment(ref _clearedHalts); break;
            // SET_CONFIGURATION; SET_ADDRESS never comes, the host's vhci_hcd keeps that to itself.
            case 0x0009: ConfigurationValue = (byte)setup.Value; break;
        }
        // What it is told it takes: the line's coding and state among other things. What else it is asked it does not have.
        return (setup.RequestType & 0x80) == 0 ? UrbAnswer.Told(told.Length) : UrbAnswer.Stall;
    }

    private static UrbAnswer Says(ReadOnlyMemory<byte> bytes, SetupPacket setup) =>
        UrbAnswer.Says(bytes[..Math.Min(bytes.Length, setup.Length)]);

    // A control interface with the functional descriptors header, call management, ACM and union, and a data interface.
    private static byte[] Configuration(string interrupt, string bulkIn, string bulkOut)
    {
        byte[] rest = Convert.FromHexString(
            "090400000102020100" + "0524001001" + "0524010001" + "04240202" + "0524060001" + interrupt
                + "09040100020A000000" + bulkIn + bulkOut);
        return [9, 2, (byte)(9 + rest.Length), 0, 2, 1, 0, 0x80, 50, .. rest];
    }
}
