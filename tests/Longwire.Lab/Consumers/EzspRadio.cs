using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>A Silicon Labs coordinator, with EZSP 19 (UG100) over ASH.</summary>
internal sealed class EzspRadio(ISerialEnd inside, TimeProvider time) : AshRadio(inside, time)
{
    private const byte Version = 19, Stack = 2;
    private const ushort StackVersion = 0x8200;
    private const int AttributeTable = 40;

    private byte _sequence, _transmission;

    protected override void Do(ReadOnlySpan<byte> command)
    {
        _sequence = command[0];
        // The first request comes in the form of the old versions, whatever version it asks for.
        if (command.Length == 4)
        {
            Tell([_sequence, 0x80, 0x00, Version, Stack, .. Word(StackVersion)]);
            return;
        }
        int id = command[3] | (command[4] << 8);
        ReadOnlySpan<byte> data = command[5..];
        byte[] reply = Reply(id, data);
        Tell([_sequence, 0x80, 0x01, .. Word(id), .. reply]);
        // networkInit is followed by the news that the network is up.
        if (id == 0x17) After(ZigbeeNetwork.OnTheAir, () => News(0x19, Word32(0x15)));
        if (id == 0x34) Transmit(data);
    }

    private byte[] Reply(int id, ReadOnlySpan<byte> data) => id switch
    {
        // Version 8.2.0, a general release; an endpoint, enabled; the network key's policy, which answers nothing.
        0xAA => [.. Ok, 7, .. Word(397), 8, 2, 0, 0, 0xAA],
        0x03 => [.. Ok, 2, 1, 0],
        0x15 => [],
        // The network.
        0x28 => [.. Ok, 1, .. ZigbeeNetwork.ExtendedPanId, .. Word(ZigbeeNetwork.PanId), 5, ZigbeeNetwork.Channel, 0, .. Word(0), 0,
            .. Word32(1 << ZigbeeNetwork.Channel)],
        // The key; that there is one, and its counter; the own address; the time; the counters of what happened.
        0x114 => [.. Ok, .. ZigbeeNetwork.Key, .. data],
        0x116 => [.. Ok, 1, 0, 0, 0, .. Word32(1000)],
        0x26 => [.. ZigbeeNetwork.Coordinator],
        0x5A => [.. Word32(5000)],
        0x65 => new byte[2 * AttributeTable],
        0x34 => [.. Ok, ++_transmission],
        _ => [.. Ok],
    };

    // sendUnicast: type, destination, APS frame (11 bytes), tag, length, content.
    private void Transmit(ReadOnlySpan<byte> data)
    {
        byte[] destination = data[1..3].ToArray(), aps = [.. data[3..13], _transmission], tag = data[14..16].ToArray();
        byte[] content = data[17..(17 + data[16])].ToArray();
        (int to, int profile, int cluster) = (destination[0] | (destination[1] << 8), aps[0] | (aps[1] << 8), aps[2] | (aps[3] << 8));
        After(ZigbeeNetwork.OnTheAir, () => News(0x3F, [.. Ok, 0, .. destination, .. aps, .. tag]));
        After(2 * ZigbeeNetwork.OnTheAir, () =>
        {
            // ZDO about the coordinator itself: active endpoints, and each one's description.
            if (profile == 0 && cluster == 0x0005) Incoming(to, 0, 0x8005, 0, [content[0], 0, .. Word(0), 2, 1, 242]);
            else if (profile == 0 && cluster == 0x0004) Incoming(to, 0, 0x8004, 0, Description(content));
            // And the device's long address, for which zigbee-herdsman asks once it has heard of it.
            else if (profile == 0 && cluster == 0x0001) Incoming(to, 0, 0x8001, 0, LongAddress(content, destination));
            else if (to == ZigbeeNetwork.Device && ZigbeeNetwork.AnswerTo(content) is { } answer) Incoming(to, 0x0104, cluster, 1, answer);
        });
    }

    private static byte[] LongAddress(byte[] asked, byte[] shortAddress) =>
        [asked[0], 0, .. ZigbeeNetwork.DeviceLongAddress, .. shortAddress];

    private static byte[] Description(byte[] asked) =>
        [asked[0], 0, .. Word(0), 8, asked[3], .. Word(0x0104), .. Word(5), 0, 0, 0];

    private void Incoming(int from, int profile, int cluster, byte endpoint, ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> longAddress = from == 0 ? ZigbeeNetwork.Coordinator : ZigbeeNetwork.DeviceLongAddress;
        News(0x45, [0, .. Word(profile), .. Word(cluster), endpoint, endpoint, .. Word(0), .. Word(0), ++_transmission, .. Word(from),
            .. longAddress, 0xFF, 0xFF, 200, 0xD0, .. Word32(0), (byte)content.Length, .. content]);
    }

    private void News(int id, ReadOnlySpan<byte> data) => Tell([_sequence, 0x90, 0x01, .. Word(id), .. data]);

    private static byte[] Ok => [0, 0, 0, 0];

    private static byte[] Word(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Word32(int value) => [.. Word(value), .. Word(value >> 16)];
}
