using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>A Z-Wave stick of the 700 series in a network with one switch, node 2, as its host API (INS13954) shows it.</summary>
internal sealed class ZWaveRadio(ISerialEnd inside, TimeProvider time) : ZWaveLine(inside, time)
{
    private const byte Own = 1, Switch = 2;
    private const byte BinarySwitch = 0x25, Set = 1, Get = 2, Report = 3;
    private const byte InitData = 0x02, Command = 0x04, ControllerCapabilities = 0x05, Capabilities = 0x07, SoftReset = 0x08,
        Started = 0x0A, SendData = 0x13, Version = 0x15, Abort = 0x16, Id = 0x20, BackgroundNoise = 0x3B, ProtocolInfo = 0x41,
        Update = 0x49, UpdateServer = 0x56, NodeInfo = 0x60;

    // Basic type, generic type, specific type: a routing end node, a switch for power. Behind it the command classes.
    private static readonly byte[] s_switch = [4, 0x10, 1, BinarySwitch];
    private static readonly TimeSpan s_onTheAir = TimeSpan.FromMilliseconds(30), s_booting = TimeSpan.FromMilliseconds(250);

    private const byte PoweredUp = 5, ResetBySoftware = 7;

    private bool _isOn;

    protected override void SayStarted() => TellStarted(PoweredUp);

    protected override void Do(byte function, ReadOnlySpan<byte> data)
    {
        switch (function)
        {
            case SoftReset:
                Forget();
                IsDeaf = true;
                After(s_booting, () =>
                {
                    IsDeaf = false;
                    TellStarted(ResetBySoftware);
                });
                break;
            case Abort:
                break;
            case SendData:
                Respond(SendData, [1]);
                Transmit(data[0], data[2..(2 + data[1])].ToArray(), data[^1]);
                break;
            case NodeInfo:
                Respond(NodeInfo, [1]);
                After(s_onTheAir, () => Tell(Update, [0x84, Switch, (byte)s_switch.Length, .. s_switch]));
                break;
            default:
                Respond(function, Reply(function, data));
                break;
        }
    }

    // Why, not by its watchdog, always listening, a static controller, no command classes, no long range.
    private void TellStarted(byte why) => Tell(Started, [why, 0, 1, 2, 7, 0, 0]);

    private static byte[] Reply(byte function, ReadOnlySpan<byte> data) => function switch
    {
        // Version 8, a controller that is SUC, and the nodes as bits; the chip's type and version.
        InitData => [8, 0x08, 29, .. Bits(29, Own, Switch), 7, 0],
        // It was primary first, and is SUC.
        ControllerCapabilities => [0x18],
        // Version 1.0, whose it is, and which functions it has.
        Capabilities => [1, 0, 0, 0, 0, 4, 0, 1, .. Bits(32, InitData, Command, ControllerCapabilities, Capabilities, SoftReset, Started,
            SendData, Version, Abort, Id, BackgroundNoise, ProtocolInfo, Update, UpdateServer, NodeInfo)],
        Version => [.. "Z-Wave 7.18\0"u8, 1],
        Id => [0x7E, 0x57, 0x00, 0x01, Own],
        BackgroundNoise => [0x9E, 0x9E, 0x9E],
        UpdateServer => [Own],
        // Listening, routing, 100 kbit/s; a static controller or the switch.
        ProtocolInfo => data[0] == Own ? [0xD3, 0x16, 0x01, 2, 2, 7] : [0xD3, 0x9C, 0x01, .. s_switch.AsSpan(0, 3)],
        _ => [],
    };

    private void Transmit(byte node, byte[] word, byte callback)
    {
        bool arrives = node == Switch;
        if (arrives && word is [BinarySwitch, Set, var value, ..]) _isOn = value != 0;
        // Acknowledged, or not, after 10 ms.
        After(s_onTheAir, () => Tell(SendData, [callback, (byte)(arrives ? 0 : 1), 0, 1]));
        if (!arrives || word is not [BinarySwitch, Get]) return;
        After(2 * s_onTheAir, () => Tell(Command, [0, Switch, 3, BinarySwitch, Report, (byte)(_isOn ? 0xFF : 0)]));
    }

    // The first bit is number 1.
    private static byte[] Bits(int length, params ReadOnlySpan<byte> numbers)
    {
        byte[] bits = new byte[length];
        foreach (byte number in numbers) bits[(number - 1) / 8] |= (byte)(1 << ((number - 1) % 8));
        return bits;
    }
}
