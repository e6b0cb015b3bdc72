using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwire.Link.Pairing;

/// <summary>
/// An address in a pairing code: one byte, and the address. The byte is 4 for IPv4 and 16 for IPv6, which is how long these are; more than
/// that is a name of so many characters and <see cref="NameBase"/>.
/// </summary>
internal static class PairingAddress
{
    private const int V4Size = 4, V6Size = 16;
    private const int NameBase = 128;

    // The byte can say no more. A longer name is nothing that a person gave to a Pi.
    private const int MostName = 127;

    /// <exception cref="ArgumentException">Neither an address nor a name that a code can hold.</exception>
    public static byte[] Encode(string address)
    {
        if (IPAddress.TryParse(address, out IPAddress? ip))
        {
            // A scope belongs to one machine, and so has no meaning on another.
            bool scoped = ip.AddressFamily == AddressFamily.InterNetworkV6 && ip.ScopeId != 0;
            if (scoped || ip.ToString() != address) throw new ArgumentException($"'{address}' is no plain address", nameof(address));
            byte[] bytes = ip.GetAddressBytes();
            return [(byte)bytes.Length, .. bytes];
        }
        if (!IsName(address)) throw new ArgumentException($"'{address}' is neither an address nor a name", nameof(address));
        return [(byte)(NameBase + address.Length), .. Encoding.ASCII.GetBytes(address)];
    }

    public static bool TryRead(ref ReadOnlySpan<byte> rest, out string address)
    {
        address = "";
        if (rest.IsEmpty) return false;
        int kind = rest[0];
        int length = kind > NameBase ? kind - NameBase : kind;
        if ((kind <= NameBase && kind is not V4Size and not V6Size) || rest.Length - 1 < length) return false;
        ReadOnlySpan<byte> bytes = rest.Slice(1, length);
        address = kind > NameBase ? Encoding.ASCII.GetString(bytes) : new IPAddress(bytes).ToString();
        rest = rest[(1 + length)..];
        return kind <= NameBase || (IsName(address) && !IPAddress.TryParse(address, out _));
    }

    // What DNS and mDNS take: labels of letters, digits and hyphens.
    private static bool IsName(string text) => text.Length is > 0 and <= MostName
        && text.Split('.').All(label => label.Length is > 0 and <= 63
            && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            && label[0] != '-' && label[^1] != '-');
}
