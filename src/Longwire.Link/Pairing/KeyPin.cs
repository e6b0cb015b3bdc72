using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwire.Link.Pairing;

/// <summary>
/// What a peer's key is known by: SHA-256 of its SubjectPublicKeyInfo, as RFC 7469 pins it. The certificate around the key has no meaning:
/// its dates, names and chain may be anything, for a Pi boots with a wrong clock.
/// </summary>
public readonly record struct KeyPin
{
    /// <summary>In bytes.</summary>
    public const int Size = 32;

    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { uncompressed point } } of RFC 5480, up to the two coordinates.
    private static ReadOnlySpan<byte> P256Head =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private const int CoordinatesSize = 64;

    private readonly UInt128 _high, _low;

    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public KeyPin(ReadOnlySpan<byte> sha256)
    {
        if (sha256.Length != Size) throw new ArgumentException("a pin has 32 bytes", nameof(sha256));
        _high = BinaryPrimitives.ReadUInt128BigEndian(sha256);
        _low = BinaryPrimitives.ReadUInt128BigEndian(sha256[16..]);
    }

    /// <summary>The pin of a key on the curve P-256, uncompressed: the only kind that the link has.</summary>
    /// <param name="subjectPublicKeyInfo">DER.</param>
    /// <returns>False for any other key. Whether the point lies on the curve is for TLS to see.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> subjectPublicKeyInfo, out KeyPin pin)
    {
        pin = default;
        if (subjectPublicKeyInfo.Length != P256Head.Length + CoordinatesSize || !subjectPublicKeyInfo.StartsWith(P256Head)) return false;
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(subjectPublicKeyInfo, hash);
        pin = new KeyPin(hash);
        return true;
    }

    /// <summary>The same of a certificate's key.</summary>
    public static bool TryCreate(X509Certificate2 certificate, out KeyPin pin)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return TryCreate(certificate.PublicKey.ExportSubjectPublicKeyInfo(), out pin);
    }

    /// <summary>Writes its 32 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>The first 16 of its 64 hexadecimal digits: enough for a person to tell two keys apart.</summary>
    public override string ToString() =>
        ((ulong)(_high >> 64)).ToString("x16", CultureInfo.InvariantCulture);
}
