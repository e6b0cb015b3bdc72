using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Longwire.Link.Wire;

/// <summary>
/// One run of a program: 128 random bits, made at its start. Two runs with one key are told apart by it, and put in order by their start
/// counters.
/// </summary>
public readonly record struct InstanceNonce(UInt128 Value)
{
    public static InstanceNonce Create()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new InstanceNonce(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The first 8 of its 32 hexadecimal digits.</summary>
    public override string ToString() => ((uint)(Value >> 96)).ToString("x8", CultureInfo.InvariantCulture);
}
