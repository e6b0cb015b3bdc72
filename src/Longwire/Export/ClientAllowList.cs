using System.Collections.Immutable;
using System.Net;

namespace Longwire.Export;

/// <summary>
/// Who may ask: stock USB/IP has no other lock, so it holds single addresses and no networks. A socket for both families sees an IPv4
/// client as ::ffff:192.168.0.5, which is the same client.
/// </summary>
internal sealed class ClientAllowList
{
    private readonly ImmutableHashSet<IPAddress> _addresses;

    private ClientAllowList(ImmutableHashSet<IPAddress> addresses) => _addresses = addresses;

    /// <summary>Entries that are none are left out: the options' reader has named them already.</summary>
    public static ClientAllowList Of(IEnumerable<string> entries) =>
        new([.. entries.Select(entry => IPAddress.TryParse(entry.Trim(), out IPAddress? address) ? Plain(address)
            : null).OfType<IPAddress>()]);

    public bool Allows(IPAddress client) => _addresses.Contains(Plain(client));

    /// <param name="client">As a connection was named; what is no address is nobody's.</param>
    public bool Allows(string client) => IPAddress.TryParse(client, out IPAddress? address) && Allows(address);

    /// <summary>Everybody in the other one is in here.</summary>
    public bool Covers(ClientAllowList other) => other._addresses.IsSubsetOf(_addresses);

    /// <summary>One spelling per client; an interface's name (fe80::1%eth0) is not part of who it is.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
