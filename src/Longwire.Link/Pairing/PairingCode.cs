using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longwire.Link.Pairing;

/// <summary>
/// What a person carries from the Pi to the host, so that the two trust each other: where the Pi is, what its key is known by, and a token
/// that enrols the host's key. Its text survives being read out and typed. It is a secret: <see cref="ToString"/> is fit for a log.
/// </summary>
public sealed class PairingCode
{
    /// <summary>How many addresses a code holds at most.</summary>
    public const int MaxAddresses = 8;

    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaxText = 4096;

    // Port, pin, token, and how many addresses follow.
    internal const int FixedSize = 2 + KeyPin.Size + PairingToken.Size + 1;

    private const string Prefix = "LW1-";
    private const int CheckSumSize = 4;
    private const int GroupSize = 5;

    /// <param name="addresses">IPv4, IPv6 (without brackets) or names, the best first; 1 to 8.</param>
    /// <param name="port">TCP, not 0.</param>
    /// <exception cref="ArgumentException">An address that no code can hold, too many, or none; or no port.</exception>
    public PairingCode(IEnumerable<string> addresses, ushort port, KeyPin pin, PairingToken token)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(token);
        Addresses = [.. addresses];
        if (Addresses.Length is 0 or > MaxAddresses) throw new ArgumentException("a code has 1 to 8 addresses", nameof(addresses));
        if (port == 0) throw new ArgumentException("a port is 1 to 65535", nameof(port));
        foreach (string address in Addresses) PairingAddress.Encode(address);
        Port = port;
        Pin = pin;
        Token = token;
    }

    /// <summary>Where the Pi is, the best first.</summary>
    public ImmutableArray<string> Addresses { get; }

    public ushort Port { get; }

    /// <summary>Of the Pi's key.</summary>
    public KeyPin Pin { get; }

    public PairingToken Token { get; }

    /// <summary>The text for a person: a secret.</summary>
    public string Format()
    {
        byte[] content =
        [
            (byte)(Port >> 8), (byte)Port,
            .. PinBytes(),
            .. Token.Bytes,
            (byte)Addresses.Length,
            .. Addresses.SelectMany(PairingAddress.Encode),
        ];
        string text = Base32.Encode([.. content, .. CheckSum(content)]);
        var grouped = new StringBuilder(Prefix, Prefix.Length + (text.Length * (GroupSize + 1) / GroupSize));
        for (int at = 0; at < text.Length; at += GroupSize)
        {
            if (at > 0) grouped.Append('-');
            grouped.Append(text, at, Math.Min(GroupSize, text.Length - at));
        }
        return grouped.ToString();
    }

    /// <summary>
    /// Reads what <see cref="Format"/> wrote and a person copied: small letters, look-alikes, and hyphens, blanks and line breaks anywhere
    /// are taken.
    /// </summary>
    /// <param name="fault">What is wrong with it.</param>
    /// <param name="at">Of an odd character: which it is, from 1, as a person counts in the text. Else 0.</param>
    public static bool TryParse(string? text, out PairingCode? code, out PairingFault fault, out int at)
    {
        code = null;
        at = 0;
        fault = PairingFault.NotACode;
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
        if (rest.Length > MaxText || !StartsAsCode(rest, out int begin)) return false;
        fault = PairingFault.LaterVersion;
        if (rest[2] != '1') return false;
        int skipped = text!.Length - rest.Length;
        byte[] values = new byte[rest.Length];
        int count = 0;
        for (int i = begin; i < rest.Length; i++)
        {
            if (rest[i] == '-' || char.IsWhiteSpace(rest[i])) continue;
            int value = Base32.ValueOf(rest[i]);
            if (value < 0)
            {
                fault = PairingFault.OddCharacter;
                at = skipped + i + 1;
                return false;
            }
            values[count++] = (byte)value;
        }
        fault = PairingFault.Typo;
        if (!Base32.TryDecode(values.AsSpan(0, count), out byte[] bytes) || bytes.Length < CheckSumSize) return false;
        ReadOnlySpan<byte> content = bytes.AsSpan(0, bytes.Length - CheckSumSize);
        if (!bytes.AsSpan(content.Length).SequenceEqual(CheckSum(content))) return false;
        fault = PairingFault.OddContent;
        code = Read(content);
        if (code is null) return false;
        fault = PairingFault.None;
        return true;
    }

    /// <summary>A text that may or may not be a code, made fit for a log: what can be a secret of it is not there.</summary>
    public static string Mask(string? text) => TryParse(text, out PairingCode? code, out _, out _)
        ? code!.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"(no pairing code, {text?.Length ?? 0} characters)");

    /// <summary>
    /// Where it leads and to which key, without the token: <c>LW1-… (192.168.0.10, attic.local, port 3241, key 0123456789abcdef)</c>.
    /// </summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix}… ({string.Join(", ", Addresses)}, port {Port}, key {Pin})");

    // LW, the version, and a hyphen or what a person left of it.
    private static bool StartsAsCode(ReadOnlySpan<char> text, out int begin)
    {
        begin = 3;
        return text.Length > 3 && text.StartsWith("LW", StringComparison.OrdinalIgnoreCase) && char.IsAsciiDigit(text[2]) && text[2] != '0'
            && (text[3] == '-' || char.IsWhiteSpace(text[3]));
    }

    // What stands behind the addresses comes from a later release and is not looked at.
    private static PairingCode? Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < FixedSize) return null;
        ushort port = (ushort)((content[0] << 8) | content[1]);
        var pin = new KeyPin(content.Slice(2, KeyPin.Size));
        var token = new PairingToken(content.Slice(2 + KeyPin.Size, PairingToken.Size));
        int count = content[FixedSize - 1];
        if (port == 0 || count is 0 or > MaxAddresses) return null;
        ReadOnlySpan<byte> rest = content[FixedSize..];
        var addresses = new List<string>(count);
        for (; count > 0; count--)
        {
            if (!PairingAddress.TryRead(ref rest, out string address)) return null;
            addresses.Add(address);
        }
        return new PairingCode(addresses, port, pin, token);
    }

    // Of the prefix too: another version's code is another code.
    private static byte[] CheckSum(ReadOnlySpan<byte> content)
    {
        byte[] all = [.. Encoding.ASCII.GetBytes(Prefix), .. content];
        return SHA256.HashData(all)[..CheckSumSize];
    }

    private byte[] PinBytes()
    {
        byte[] bytes = new byte[KeyPin.Size];
        Pin.Write(bytes);
        return bytes;
    }
}
