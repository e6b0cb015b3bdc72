using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Longwire.Options;

/// <summary>
/// Where a machine is, as a person writes it: name, IPv4 or [IPv6], and an optional port. Strict where the runtime is
/// lenient: <c>192.168.1</c> would parse as 192.168.0.1.
/// </summary>
internal static class HostAddress
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <returns>The remedy if the text is no address, else null.</returns>
    public static string? TryParse(string text, int defaultPort, out DnsEndPoint? endPoint)
    {
        endPoint = null;
        if (text.Contains("://", StringComparison.Ordinal) || text.Contains('/', StringComparison.Ordinal))
        {
            return "write the address alone, without '://' and without a path";
        }
        if (!TrySplit(text, out string host, out string? port, out AddressFamily family))
        {
            return text.Count(':') > 1
                ? $"write an IPv6 address in brackets: [{OnlyAddress(text)}]"
                : "write a name, an IPv4 address or an [IPv6] address, with :port if need be";
        }
        int number = defaultPort;
        if (port is not null && !TryParsePort(port, out number)) return "write a port from 1 to 65535 behind the colon";
        if (family != AddressFamily.InterNetworkV6 && !IsName(host) && !IsIPv4(host))
        {
            return LooksNumeric(host)
                ? "write an IPv4 address as four numbers from 0 to 255"
                : "write a name of letters, digits, dots and hyphens, or an address";
        }
        endPoint = new DnsEndPoint(host, number);
        return null;
    }

    public static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;

    /// <summary>An IPv4 or IPv6 address without port and brackets, or with brackets all the same.</summary>
    public static IPAddress? ParseLiteral(string text)
    {
        if (IsIPv4(text)) return IPAddress.Parse(text);
        string inner = text is ['[', .. string between, ']'] ? between : text;
        return inner.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(inner, out IPAddress? address) ? address : null;
    }

    private static bool TrySplit(string text, out string host, out string? port, out AddressFamily family)
    {
        port = null;
        family = AddressFamily.Unspecified;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            host = close > 0 ? text[1..close] : "";
            string rest = close > 0 ? text[(close + 1)..] : "";
            if (rest.StartsWith(':')) port = rest[1..];
            family = AddressFamily.InterNetworkV6;
            return (rest.Length == 0 || port is not null)
                && host.Contains(':', StringComparison.Ordinal)
                && IPAddress.TryParse(host, out _);
        }
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        host = colon < 0 ? text : text[..colon];
        if (colon >= 0) port = text[(colon + 1)..];
        return host.Length > 0 && (port is null || !port.Contains(':', StringComparison.Ordinal));
    }

    private static bool LooksNumeric(string host) => host.All(c => char.IsAsciiDigit(c) || c == '.');

    private static bool IsIPv4(string host)
    {
        string[] parts = host.Split('.');
        // No leading zeros: some readers take them for octal, so 010 is 10 to one and 8 to another.
        return parts.Length == 4
            && parts.All(
                part => part is "0" or [not '0', ..] && byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    /// <summary>A host's name, and no address: letters, digits, dots and hyphens.</summary>
    public static bool IsName(string host)
    {
        if (host.Length > LongestName || LooksNumeric(host)) return false;
        string name = host.EndsWith('.') ? host[..^1] : host;
        return name.Split('.').All(label =>
            label.Length is > 0 and <= LongestLabel
                && !label.StartsWith('-')
                && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
    }

    private static string OnlyAddress(string text) => IPAddress.TryParse(text, out IPAddress? address) ? address.ToString() : "fd00::10";
}
