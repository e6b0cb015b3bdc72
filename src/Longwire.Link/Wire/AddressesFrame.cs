using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// The body of <see cref="FrameType.Addresses"/>: a byte with their number, and of each a byte with its length and the address. What stands
/// behind them comes from a later minor and is not looked at.
/// </summary>
public static class AddressesFrame
{
    /// <summary>How many are written and read at most. There may be more in a frame.</summary>
    public const int MaxAddresses = 8;

    private const string FrameName = "addresses";
    private const int V4Size = 4, V6Size = 16;

    /// <param name="addresses">
    /// The best first; what is beyond <see cref="MaxAddresses"/>, and what nobody elsewhere can connect to, is left out.
    /// </param>
    public static byte[] Encode(IEnumerable<IPAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        byte[][] first = [.. addresses.Where(IsUsable).Take(MaxAddresses).Select(address => address.GetAddressBytes())];
        return [(byte)first.Length, .. first.SelectMany(bytes => bytes.Prepend((byte)bytes.Length))];
    }

    /// <returns>Those that one can connect to, without repetitions. One of a kind that is not known here is skipped.</returns>
    /// <exception cref="LinkFormatException">Cut short.</exception>
    public static ImmutableArray<IPAddress> Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        for (int left = reader.Byte("number of addresses"); left > 0; left--)
        {
            ReadOnlySpan<byte> bytes = reader.Bytes("address", reader.Byte("length of an address"));
            if (bytes.Length is not (V4Size or V6Size) || addresses.Count == MaxAddresses) continue;
            var address = new IPAddress(bytes);
            if (IsUsable(address) && !addresses.Contains(address)) addresses.Add(address);
        }
        return addresses.ToImmutable();
    }

    // A link-local IPv6 address has a scope, which belongs to one machine; one that is mapped has a form of its own.
    private static bool IsUsable(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] is > 0 and < 224
        : !address.Equals(IPAddress.IPv6Any) && address is
            { IsIPv6LinkLocal: false, IsIPv6Multicast: false, IsIPv4MappedToIPv6: false, ScopeId: 0 };
}
