using System.Buffers.Binary;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>
/// A CP2102 for cp210x (Silicon Labs AN571), which says nothing on its serial port and hears nothing there before it is enabled. An
/// imitation: no emulator has one.
/// </summary>
internal sealed class Cp210xStick : EchoStick
{
    private const int Enable = 0x4100;
    private const int SetLineControl = 0x4103;
    private const int GetLineControl = 0xC104;
    private const int SetModemLines = 0x4107;
    private const int GetModemLines = 0xC108;
    private const int GetCommStatus = 0xC110;
    private const int SetFlow = 0x4113;
    private const int GetFlow = 0xC114;
    private const int SetBaudRate = 0x411E;
    private const int GetVendorBlock = 0xC0FF;
    private const int CommStatusSize = 19;

    // CP210X_PARTNUM_CP2102, of 0x370B.
    private static readonly byte[] s_partNumber = [2];

    private byte[] _flow = new byte[16];
    private readonly List<int> _told = [];
    private ushort _line = 0x0800;

    public Cp210xStick()
        : base(new UsbId(0x10C4, 0xEA60))
    {
        Descriptors[0x0100] = Convert.FromHexString("1201100100000040C41060EA000101020301");
        Descriptors[0x0200] = Convert.FromHexString("09022000010100" + "8032" + "0904000002FF000000" + "07058202400000" + "07050202400000");
        Descriptors[0x0300] = [4, 3, 9, 4];
        Descriptors[0x0301] = Text("Silicon Labs");
        Descriptors[0x0302] = Text("CP2102 USB to UART Bridge Controller");
        Descriptors[0x0303] = Text("CP0001");
    }

    public bool IsEnabled { get; private set; }

    /// <summary>As it was set since it has its power; null: it was not.</summary>
    public uint? BaudRate { get; private set; }

    /// <summary>DTR and RTS, in the lowest bits.</summary>
    public int ModemLines { get; private set; }

    /// <summary>What set the serial port up since it has its power, in its order: bmRequestType and bRequest.</summary>
    public IReadOnlyList<int> Told
    {
        get
        {
            lock (_told) return [.. _told];
        }
    }

    private protected override bool MayTalk => IsEnabled;

    private protected override void Forget()
    {
        (IsEnabled, BaudRate, ModemLines, _line, _flow) = (false, null, 0, 0x0800, new byte[16]);
        lock (_told) _told.Clear();
    }

    private protected override UrbAnswer? Serial(int request, SetupPacket setup, ReadOnlySpan<byte> told)
    {
        if ((setup.RequestType & 0x80) == 0)
        {
            lock (_told) _told.Add(request);
        }
        switch (request)
        {
            case GetVendorBlock: return setup.Value == 0x370B ? Says(s_partNumber, setup) : UrbAnswer.Stall;
            case GetLineControl: return Says(BitConverter.GetBytes(_line), setup);
            case GetModemLines: return Says(new[] { (byte)ModemLines }, setup);
            case GetCommStatus: return Says(new byte[CommStatusSize], setup);
            case GetFlow: return Says(_flow, setup);
            case Enable: IsEnabled = (setup.Value & 1) != 0; break;
            case SetLineControl: _line = setup.Value; break;
            case SetFlow: _flow = told.ToArray(); break;
            case SetBaudRate: BaudRate = BinaryPrimitives.ReadUInt32LittleEndian(told); break;
            case SetModemLines:
                // The high byte says which of the two the low one sets.
                int mask = setup.Value >> 8;
                ModemLines = (ModemLines & ~mask) | (setup.Value & mask);
                break;
        }
        return null;
    }
}
