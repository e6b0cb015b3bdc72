using System.Buffers.Binary;

namespace Longwire.Link.Wire;

/// <summary>Writes the fields of a frame one after the other. The caller has room for them.</summary>
internal ref struct FieldWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int At { get; private set; }

    public void Byte(byte value) => Bytes(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Bytes(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Bytes(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Bytes(8), value);

    public void UInt128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Bytes(16), value);

    /// <summary>The next bytes, for the caller to fill.</summary>
    public Span<byte> Bytes(int length)
    {
        Span<byte> field = _destination.Slice(At, length);
        At += length;
        return field;
    }
}
