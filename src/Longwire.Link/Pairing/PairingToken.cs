using System.Security.Cryptography;

namespace Longwire.Link.Pairing;

/// <summary>
/// The secret of a pairing code: 128 random bits. It enrols one key. It is compared in constant time, and its text never shows it.
/// </summary>
public sealed class PairingToken : IEquatable<PairingToken>
{
    /// <summary>In bytes.</summary>
    public const int Size = 16;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">Not 16 bytes.</exception>
    public PairingToken(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("a token has 16 bytes", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The secret itself.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public static PairingToken Create() => new(RandomNumberGenerator.GetBytes(Size));

    public bool Equals(PairingToken? other) => other is not null && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public override bool Equals(object? obj) => Equals(obj as PairingToken);

    /// <summary>The same for all: a table of tokens would tell by its time how much of one was guessed.</summary>
    public override int GetHashCode() => 0;

    public override string ToString() => "(token)";
}
