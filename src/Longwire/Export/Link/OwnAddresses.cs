using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Longwire.UsbIp.Linux;

namespace Longwire.Export.Link;

/// <param name="Interface">Its name.</param>
/// <param name="IsPassing">The kernel gives it up again by itself (RFC 8981), or has it no longer for new connections.</param>
internal sealed record InterfaceAddress(string Interface, IPAddress Address, bool IsPassing = false);

/// <summary>Under which addresses a host may reach this machine.</summary>
internal static class OwnAddresses
{
    // What container engines and virtual machines make: leads nowhere from outside. "br-" and an id is Docker's, while "br0" and "br-lan"
    // may well be a person's.
    private static readonly string[] s_inner = ["docker", "veth", "virbr", "podman", "cni", "flannel", "cali", "lxc", "hassio"];
    private const string DockerBridge = "br-";
    private const int DockerBridgeDigits = 12;

    // if_inet6 (linux/if_addr.h): IFA_F_TEMPORARY, IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_TENTATIVE.
    private const int PassingFlags = 0x01 | 0x08 | 0x20 | 0x40;

    /// <summary>Of every interface that is up.</summary>
    public static ImmutableArray<InterfaceAddress> Read(SysfsRoot root)
    {
        ImmutableHashSet<IPAddress> passing = ReadPassing(root);
        return
        [
            .. from device in NetworkInterface.GetAllNetworkInterfaces()
               where device.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
               from found in device.GetIPProperties().UnicastAddresses
               select new InterfaceAddress(device.Name, found.Address, passing.Contains(Plain(found.Address))),
        ];
    }

    /// <summary>
    /// For a pairing code, the best first: IPv4, since every house has it and its routers hand it out for long; IPv6 with a prefix of the
    /// house's own, then of the provider's; the name that mDNS knows. A link-local IPv4 address only if there is no other; an IPv6 one
    /// means nothing on another machine.
    /// </summary>
    public static ImmutableArray<string> ForCode(IEnumerable<InterfaceAddress> found, string machineName, int most)
    {
        string[] name = MdnsName(machineName) is { } mdns ? [mdns] : [];
        return [.. Usable(found).Select(address => address.ToString()).Distinct().Take(most - name.Length), .. name];
    }

    /// <summary>For those who know this machine already: the same order, without the name, which they would have to look up.</summary>
    public static ImmutableArray<IPAddress> ForHosts(IEnumerable<InterfaceAddress> found, int most) =>
        [.. Usable(found).Distinct().Take(most)];

    private static IPAddress[] Usable(IEnumerable<InterfaceAddress> found)
    {
        IPAddress[] outer = [.. found.Where(one => !one.IsPassing && !IsInner(one.Interface)).Select(one => Plain(one.Address))];
        IPAddress[] usable = [.. outer.Where(address => Rank(address) is not null).OrderBy(Rank)];
        return usable.Length > 0 ? usable : [.. outer.Where(IsLinkLocalV4)];
    }

    private static int? Rank(IPAddress address) => address switch
    {
        _ when IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) => null,
        { AddressFamily: AddressFamily.InterNetwork } => IsLinkLocalV4(address) ? null : 0,
        _ when address.IsIPv6LinkLocal || address.IsIPv6Multicast => null,
        { IsIPv6UniqueLocal: true } => 1,
        _ => 2,
    };

    // 169.254.0.0/16 (RFC 3927).
    private static bool IsLinkLocalV4(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..];

    private static bool IsInner(string name) => Array.Exists(s_inner, inner => name.StartsWith(inner, StringComparison.Ordinal))
        || (name.StartsWith(DockerBridge, StringComparison.Ordinal) && name.Length == DockerBridge.Length + DockerBridgeDigits
            && name.Skip(DockerBridge.Length).All(char.IsAsciiHexDigitLower));

    // Without the scope, which belongs to this machine.
    private static IPAddress Plain(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? new IPAddress(address.GetAddressBytes())
        : address;

    /// <returns>Null for a name that no label of DNS can be.</returns>
    private static string? MdnsName(string machineName)
    {
        string label = machineName.Split('.')[0];
        bool fits = label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label != "localhost";
        return fits ? label + ".local" : null;
    }

    // "fd000000000000000000000000000010 02 40 00 01     eth0": address, index, prefix, scope, flags, name.
    private static ImmutableHashSet<IPAddress> ReadPassing(SysfsRoot root)
    {
        var passing = ImmutableHashSet.CreateBuilder<IPAddress>();
        try
        {
            foreach (string line in File.ReadLines(Path.Combine(root.Proc, "net/if_inet6")))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields is [{ Length: 32 } digits, _, _, _, var flags, ..] && digits.All(char.IsAsciiHexDigit)
                    && int.TryParse(flags, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int set)
                    && (set & PassingFlags) != 0)
                {
                    passing.Add(new IPAddress(Convert.FromHexString(digits)));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No IPv6 here, or nothing known of it.
        }
        return passing.ToImmutable();
    }
}
