using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Longwire.Options;

/// <summary>
/// Who may ask an export: one address, a network, or a machine by its name. Never everybody: stock USB/IP has no other lock.
/// </summary>
internal abstract record AllowEntry
{
    private const string Everybody =
        "that is everybody, and stock USB/IP has no other lock: write the address of your Home Assistant host (192.168.0.5) or your own "
            + "network (192.168.0.0/24)";

    private const string Expected =
        "write the IPv4 or IPv6 address of your Home Assistant host (192.168.0.5), its network (192.168.0.0/24, fd00::/64) or its name";

    private AllowEntry()
    {
    }

    internal sealed record Address(IPAddress Value) : AllowEntry
    {
        public override string ToString() => Value.ToString();
    }

    internal sealed record Network(IPNetwork Value) : AllowEntry
    {
        public override string ToString() => Value.ToString();
    }

    /// <summary>A host name: what its addresses are is another's to find out, again and again.</summary>
    internal sealed record Name(string Value) : AllowEntry
    {
        public override string ToString() => Value;
    }

    /// <param name="text">As a person wrote it, or as <see cref="object.ToString"/> of an entry says it.</param>
    /// <param name="entry">Null if the text is none. In one spelling, so that a list can be compared with what a socket says.</param>
    /// <returns>The remedy if the text is none, else null.</returns>
    public static string? TryParse(string text, out AllowEntry? entry)
    {
        text = text.Trim();
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0) return TryParseNetwork(text[..slash], text[(slash + 1)..], out entry);
        if (HostAddress.ParseLiteral(text) is { } address) entry = new Address(Plain(address));
        else entry = HostAddress.IsName(text) ? new Name(text) : null;
        return entry is null ? Expected : null;
    }

    private static string? TryParseNetwork(string text, string bits, out AllowEntry? entry)
    {
        entry = null;
        if (HostAddress.ParseLiteral(text) is not { } address) return Expected;
        int all = BitsOf(address);
        if (!int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > all)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"write how many of the first bits count, from 1 to {all}: {address}/{all - 8}, for example");
        }
        // ::ffff:192.168.0.0/120 is 192.168.0.0/24 to a socket for both families.
        if (address.IsIPv4MappedToIPv6 && length >= all - BitsOf(Plain(address)))
        {
            address = Plain(address);
            length -= all - BitsOf(address);
        }
        // By halves it is everybody, too. 10.0.0.0/8 and fc00::/7 are the largest networks of one's own.
        if (length < (BitsOf(address) == 32 ? 8 : 7)) return Everybody;
        IPAddress first = FirstOf(address, length);
        if (!first.Equals(new IPAddress(address.GetAddressBytes())))
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"write {first}/{length} for the whole network, or {address} for that machine alone");
        }
        entry = length == BitsOf(first) ? new Address(first) : new Network(new IPNetwork(first, length));
        return null;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static IPAddress FirstOf(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int at = 0; at < bytes.Length; at++)
        {
            int kept = Math.Clamp(length - (8 * at), 0, 8);
            bytes[at] &= (byte)(0xff00 >> kept);
        }
        return new IPAddress(bytes);
    }
}
