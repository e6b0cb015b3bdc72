using System.Buffers.Binary;
using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>
/// A Texas Instruments coordinator with Z-Stack 3, as its Monitor and Test API has it: each request is answered at once, in its order, and
/// nothing is said twice.
/// </summary>
internal sealed class ZnpRadio(ISerialEnd inside, TimeProvider time) : SimulatedRadio(inside, new ZnpFrames(), time)
{
    private const byte Ok = 0;
    private const int Request = 0x20, Response = 0x60, News = 0x40;

    // Of its protocol, product 1 (Z-Stack 3.x.0), release 2.7.1.
    private static ReadOnlySpan<byte> Versions => [2, 1, 2, 7, 1];

    // The endpoints that zigbee-herdsman would register otherwise.
    private static ReadOnlySpan<byte> Endpoints => [1, 2, 3, 4, 5, 6, 8, 10, 11, 110, 12, 13, 47, 242, 23];

    // Whether it was told what to take part in since it has power.
    private bool _takesPart = true;

    // A reset (SYS_RESET_IND) by power, and the version.
    protected override void SayStarted()
    {
        _takesPart = false;
        Tell(News | 1, 0x80, [0, .. Versions]);
    }

    protected override void Answer(ReadOnlySpan<byte> frame)
    {
        (byte kind, byte command) = (frame[2], frame[3]);
        if ((kind & 0xE0) != Request) return;
        ReadOnlySpan<byte> data = frame[ZnpFrames.Header..^1];
        int subsystem = kind & 0x1F;
        if ((subsystem, command) == (5, 0x4A)) _takesPart = true;
        if ((subsystem, command) == (4, 0x01) && !_takesPart)
        {
            // Its endpoints are not registered: a parameter is not valid.
            Tell(Response | subsystem, command, [2]);
            return;
        }
        Tell(Response | subsystem, command, Reply(subsystem, command, data));
        Follow(subsystem, command, data);
    }

    private static byte[] Reply(int subsystem, byte command, ReadOnlySpan<byte> data) => (subsystem, command) switch
    {
        // SYS: ping, version (product 1: Z-Stack 3.x.0), the IEEE address, and what the memory keeps: its length, and from an offset on.
        (1, 0x01) => [0x59, 0x06],
        (1, 0x02) => [.. Versions, .. Word32(20_230_507)],
        (1, 0x04) => [.. ZigbeeNetwork.Coordinator],
        (1, 0x13) => Word(Kept(data).Length),
        (1, 0x08 or 0x1C) => Kept(data) is var kept && data[2] <= kept.Length
            ? [Ok, (byte)(kept.Length - data[2]), .. kept.AsSpan(data[2])]
            : [Ok, 0],
        // ZDO: the network, and that it goes on as it was (startupFromApp is told by a state change, 9: a coordinator).
        (5, 0x50) => [.. Word(0), 9, .. Word(ZigbeeNetwork.PanId), .. Word(0), .. ZigbeeNetwork.ExtendedPanId,
            .. ZigbeeNetwork.Coordinator, ZigbeeNetwork.Channel],
        (5, 0x4A) => [Ok, .. Word(0), 0, 0, 0],
        // UTIL: the device itself.
        (7, 0x00) => [Ok, .. ZigbeeNetwork.Coordinator, .. Word(0), 7, 9, 0],
        _ => [Ok],
    };

    private void Follow(int subsystem, byte command, ReadOnlySpan<byte> data)
    {
        switch (subsystem, command)
        {
            // ZDO: the active endpoints, and each one's description.
            case (5, 0x05):
                Tell(News | 5, 0x85, [.. Word(0), Ok, .. Word(0), (byte)Endpoints.Length, .. Endpoints]);
                break;
            case (5, 0x04):
                Tell(News | 5, 0x84, [.. Word(0), Ok, .. Word(0), 8, data[4], .. Word(0x0104), .. Word(5), 0, 0, 0]);
                break;
            // ZDO: the device's long address, for which zigbee-herdsman asks once it has heard of it.
            case (5, 0x01):
                Tell(News | 5, 0x81, [Ok, .. ZigbeeNetwork.DeviceLongAddress, .. data[..2], 0, 0]);
                break;
            // AF: a word for the device: that it was sent, then its answer.
            case (4, 0x01):
                (byte transaction, byte[]? answer) = (data[6], ZigbeeNetwork.AnswerTo(data[10..]));
                After(ZigbeeNetwork.OnTheAir, () => Tell(News | 4, 0x80, [Ok, 1, transaction]));
                if (answer is not null) After(2 * ZigbeeNetwork.OnTheAir, () => Tell(News | 4, 0x81, Incoming(transaction, answer)));
                break;
        }
    }

    // Group, cluster, from whom, endpoints, no broadcast, quality, no security, time stamp, transaction; the last three are not looked at.
    private static byte[] Incoming(byte transaction, ReadOnlySpan<byte> zcl) =>
        [.. Word(0), .. Word(0), .. Word(ZigbeeNetwork.Device), 1, 1, 0, 100, 0, .. Word32(0), transaction, (byte)zcl.Length, .. zcl,
            0, 0, 0];

    private static byte[] Kept(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16LittleEndian(data) switch
    {
        // What zigbee-herdsman leaves there once it has set the network up; the network itself; its key, in all the forms that it has.
        0x0060 => [0x55],
        0x0021 => NetworkInformation(),
        0x003A or 0x003B => [0, .. ZigbeeNetwork.Key],
        0x0062 => [.. ZigbeeNetwork.Key],
        // By its length zigbee-herdsman sees how structures lie in memory.
        0x0082 => [0, .. ZigbeeNetwork.Key, .. Word32(0)],
        _ => [],
    };

    // nwkIB_t of nwk.h, as the devices have it that do not align it: security level, channel, network, state, channels, network, key known.
    private static byte[] NetworkInformation()
    {
        byte[] bytes = new byte[110];
        bytes[12] = 5;
        bytes[22] = ZigbeeNetwork.Channel;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(33), ZigbeeNetwork.PanId);
        bytes[35] = 8;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(36), 1u << ZigbeeNetwork.Channel);
        ZigbeeNetwork.ExtendedPanId.CopyTo(bytes.AsSpan(53));
        bytes[61] = 1;
        return bytes;
    }

    private void Tell(int kind, byte command, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> body = [(byte)data.Length, (byte)kind, command, .. data];
        Send([ZnpFrames.Start, .. body, ZnpFrames.CheckSum(body)]);
    }

    private static byte[] Word(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Word32(int value) => [.. Word(value), .. Word(value >> 16)];
}
