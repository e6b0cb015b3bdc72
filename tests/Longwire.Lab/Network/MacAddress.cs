using System.Buffers.Binary;

namespace Longwire.Lab.Network;

/// <summary>An Ethernet address, in the low 48 bits.</summary>
internal readonly record struct MacAddress(ulong Value)
{
    /// <summary>Two addresses and the type of what follows: nothing shorter is a frame.</summary>
    public const int HeaderLength = 14;

    /// <summary>Broadcast or multicast: for everybody.</summary>
    public bool IsGroup => (Value >> 40 & 1) != 0;

    public static MacAddress Destination(ReadOnlySpan<byte> frame) => new(BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16);

    public static MacAddress Source(ReadOnlySpan<byte> frame) => new(BinaryPrimitives.ReadUInt64BigEndian(frame[6..]) >> 16);
}
