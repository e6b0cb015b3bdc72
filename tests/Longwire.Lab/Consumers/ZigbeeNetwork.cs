namespace Longwire.Lab.Consumers;

/// <summary>The network that herdsman.mjs asks for, which a simulated coordinator has already, and the one device in it.</summary>
internal static class ZigbeeNetwork
{
    public const ushort PanId = 0x1A62;
    public const byte Channel = 11;
    public const ushort Device = 0x1234;

    public static ReadOnlySpan<byte> ExtendedPanId => [0xDD, 0xDD, 0xDD, 0xDD, 0xDD, 0xDD, 0xDD, 0xDD];
    public static ReadOnlySpan<byte> Key => [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13];
    public static ReadOnlySpan<byte> Coordinator => [0x01, 0x00, 0x00, 0x00, 0x00, 0x4B, 0x12, 0x00];
    public static ReadOnlySpan<byte> DeviceLongAddress => [0x34, 0x12, 0x00, 0x00, 0x00, 0x4B, 0x12, 0x00];

    /// <summary>How long a word to the device is on the air.</summary>
    public static readonly TimeSpan OnTheAir = TimeSpan.FromMilliseconds(30);

    /// <summary>
    /// The device's answer to a read of one attribute of the basic cluster, whichever it is: an 8-bit number, 3. Null: it was something
    /// else. ZCL 2.4.1 and 2.5.1.
    /// </summary>
    public static byte[]? AnswerTo(ReadOnlySpan<byte> zcl) =>
        zcl is [_, byte sequence, 0x00, byte low, byte high] ? [0x18, sequence, 0x01, low, high, 0x00, 0x20, 3] : null;
}
