namespace Longwire.Link.Pairing;

/// <summary>
/// Five bits a character, without look-alikes: digits and capital letters but I, L, O and U (Crockford's alphabet). What is read as one of
/// the first three is taken for the digit that it looks like, and small letters for capitals.
/// </summary>
internal static class Base32
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int BitsPerCharacter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[Length(bytes.Length)];
        int at = 0, bits = 0, value = 0;
        foreach (byte one in bytes)
        {
            value = (value << 8) | one;
            for (bits += 8; bits >= BitsPerCharacter; bits -= BitsPerCharacter)
                text[at++] = Alphabet[(value >> (bits - BitsPerCharacter)) & 31];
            value &= (1 << bits) - 1;
        }
        if (bits > 0) text[at] = Alphabet[(value << (BitsPerCharacter - bits)) & 31];
        return new string(text);
    }

    /// <summary>The five bits that a character stands for, or -1.</summary>
    public static int ValueOf(char character) => char.ToUpperInvariant(character) switch
    {
        'O' => 0,
        'I' or 'L' => 1,
        char other => Alphabet.IndexOf(other, StringComparison.Ordinal),
    };

    /// <summary>The bytes that the values stand for.</summary>
    /// <returns>False for a length that no bytes have, or bits behind the last byte that are not 0.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> values, out byte[] bytes)
    {
        bytes = new byte[values.Length * BitsPerCharacter / 8];
        if (values.Length != Length(bytes.Length)) return false;
        int at = 0, bits = 0, value = 0;
        foreach (byte one in values)
        {
            value = (value << BitsPerCharacter) | one;
            bits += BitsPerCharacter;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(value >> bits);
            value &= (1 << bits) - 1;
        }
        return value == 0;
    }

    private static int Length(int bytes) => ((8 * bytes) + BitsPerCharacter - 1) / BitsPerCharacter;
}
