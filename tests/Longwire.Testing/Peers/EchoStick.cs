using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>
/// A stick that is nothing but its answers: a true USB device to a kernel that enumerates it, which says back on its serial port whatever
/// it is told there.
/// </summary>
/// <param name="id">As its device descriptor has it.</param>
internal abstract class EchoStick(UsbId id)
{
    /// <summary>Of both bulk endpoints.</summary>
    public const uint DataEp = 2;

    // bmRequestType and bRequest, as they follow each other on the wire.
    private const int GetStatus = 0x8000;
    private const int GetStatusOfEndpoint = 0x8200;
    private const int GetDescriptor = 0x8006;
    private const int ClearFeatureOfEndpoint = 0x0201;

    // SET_ADDRESS never comes, the host's vhci_hcd keeps that to itself.
    private const int SetConfiguration = 0x0009;

    private readonly Lock _gate = new();
    private readonly Queue<byte> _echo = [];
    private int _clearedHalts;

    public UsbId Id => id;

    /// <summary>By wValue: descriptor type &lt;&lt; 8 | index. One that is not here stalls.</summary>
    public Dictionary<int, byte[]> Descriptors { get; } = [];

    public byte ConfigurationValue { get; private set; }

    /// <summary>How often a host took back the halt of an endpoint.</summary>
    public int ClearedHalts => Volatile.Read(ref _clearedHalts);

    public static byte[] Text(string text) => [(byte)(2 + (2 * text.Length)), 3, .. System.Text.Encoding.Unicode.GetBytes(text)];

    /// <returns>Null: the transfer waits until there is something to say.</returns>
    public UrbAnswer? Answer(CmdSubmit submit, ReadOnlyMemory<byte> told)
    {
        lock (_gate)
        {
            if (submit.Ep == 0) return Control(submit.Setup, told.Span);
            if (submit.Direction == UrbDirection.Out)
            {
                if (MayTalk) Array.ForEach(told.ToArray(), _echo.Enqueue);
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
            Forget();
        }
    }

    /// <summary>What it is told on its serial port reaches anybody.</summary>
    private protected virtual bool MayTalk => true;

    /// <summary>The serial port is as it was when the stick got its power.</summary>
    private protected abstract void Forget();

    /// <summary>A class's or a vendor's request.</summary>
    /// <param name="request">bmRequestType and bRequest.</param>
    /// <returns>Null: it is like any other that it does not know.</returns>
    private protected abstract UrbAnswer? Serial(int request, SetupPacket setup, ReadOnlySpan<byte> told);

    private protected static UrbAnswer Says(ReadOnlyMemory<byte> bytes, SetupPacket setup) =>
        UrbAnswer.Says(bytes[..Math.Min(bytes.Length, setup.Length)]);

    private UrbAnswer Control(SetupPacket setup, ReadOnlySpan<byte> told)
    {
        int request = (setup.RequestType << 8) | setup.Request;
        switch (request)
        {
            case GetDescriptor: return Descriptors.TryGetValue(setup.Value, out byte[]? bytes) ? Says(bytes, setup) : UrbAnswer.Stall;
            case GetStatus or GetStatusOfEndpoint: return Says(new byte[2], setup);
            case ClearFeatureOfEndpoint: Interlocked.Increment(ref _clearedHalts); break;
            case SetConfiguration: ConfigurationValue = (byte)setup.Value; break;
            default:
                if (Serial(request, setup, told) is { } answer) return answer;
                break;
        }
        // What it is told it takes. What else it is asked it does not have.
        return (setup.RequestType & 0x80) == 0 ? UrbAnswer.Told(told.Length) : UrbAnswer.Stall;
    }
}
