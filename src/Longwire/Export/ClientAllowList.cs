using System.Collections.Immutable;
using System.Net;

namespace Longwire.Export;

/// <summary>
/// Who may ask: stock USB/IP has no other lock. Addresses or networks (192.168.0.0/24). A socket for both families sees an IPv4 client as
/// ::ffff:192.168.0.5, which is the same client.
/// </summary>
internal sealed class ClientAllowList
{
    private readonly ImmutableArray<IPNetwork> _networks;

    private ClientAllowList(ImmutableArray<IPNetwork> networks) => _networks = networks;

    public bool IsEmpty => _networks.IsEmpty;

    /// <summary>Entries that are none are left out: the options' reader has named them already.</summary>
    public static ClientAllowList Of(IEnumerable<string> entries) => new([.. entries.Select(Parse).OfType<IPNetwork>()]);

    public bool Allows(IPAddress client)
    {
        IPAddress plain = Plain(client);
        return _networks.Any(network => network.Contains(plain));
    }

    /// <summary>One spelling per client; an interface's name (fe80::1%eth0) is not part of who it is.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
    }

    private static IPNetwork? Parse(string entry)
    {
        string text = entry.Trim();
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            IPAddress plain = Plain(address);
            return new IPNetwork(plain, plain.GetAddressBytes().Length * 8);
        }
        return IPNetwork.TryParse(text, out IPNetwork network) ? network : null;
    }
}
