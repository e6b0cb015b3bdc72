using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Longwire.Link.Wire;

/// <summary>
/// Which session a connection belongs to: 128 random bits. Whoever accepts sessions binds it to the key that opened it, so that knowing it
/// is not enough.
/// </summary>
public readonly record struct SessionId(UInt128 Value)
{
    public static SessionId Create()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new SessionId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>The first 8 of its 32 hexadecimal digits: enough to find it in a log, not enough to say it.</summary>
    public override string ToString() => ((uint)(Value >> 96)).ToString("x8", CultureInfo.InvariantCulture);
}
