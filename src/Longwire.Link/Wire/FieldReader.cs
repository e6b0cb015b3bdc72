using System.Buffers.Binary;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>Reads the fields of a frame's body one after the other. Each knows its place, for the error.</summary>
internal ref struct FieldReader(string frame, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Offset in the body of the field that is read next.</summary>
    public int At { get; private set; }

    public readonly bool IsAtEnd => At == _bytes.Length;

    public byte Byte(string field) => Bytes(field, 1)[0];

    public ushort UInt16(string field) => BinaryPrimitives.ReadUInt16BigEndian(Bytes(field, 2));

    public uint UInt32(string field) => BinaryPrimitives.ReadUInt32BigEndian(Bytes(field, 4));

    public ulong UInt64(string field) => BinaryPrimitives.ReadUInt64BigEndian(Bytes(field, 8));

    public UInt128 UInt128(string field) => BinaryPrimitives.ReadUInt128BigEndian(Bytes(field, 16));

    public ReadOnlySpan<byte> Bytes(string field, int length)
    {
        if (_bytes.Length - At < length) LinkFormatException.ThrowShort(frame, field, At, length, _bytes.Length - At);
        ReadOnlySpan<byte> value = _bytes.Slice(At, length);
        At += length;
        return value;
    }

    /// <summary>The field that was read last, of <paramref name="size"/> bytes, has no such value.</summary>
    public readonly void Require(bool right, string field, int size, ulong value, string rule)
    {
        if (!right) LinkFormatException.ThrowValue(frame, field, At - size, value, rule);
    }
}
