using System.Net;
using System.Text;

namespace Longwire.Options;

/// <summary>A machine that the radios are plugged into.</summary>
internal sealed record PiOptions
{
    /// <summary>Of usbipd, the distribution's and ours.</summary>
    public const int StockPort = 3240;

    /// <summary>
    /// So many connections from one address may wait for an answer of a Longwire at once; on one in excess it gives nothing. Who asks
    /// keeps below that.
    /// </summary>
    public const int ConnectionsAtOnce = 8;

    /// <summary>Slug of its name, else of its address as first written. No two Pis of one file share it.</summary>
    public required string Id { get; init; }
    public string? Name { get; init; }

    /// <summary>As written: name, IPv4 or [IPv6], optional port.</summary>
    public required string Address { get; init; }

    /// <summary>Host and port, <see cref="StockPort"/> where none was written. Resolved at every attempt.</summary>
    public required DnsEndPoint EndPoint { get; init; }

    /// <summary>A secret: never printed.</summary>
    public string? PairingCode { get; init; }

    /// <summary>For a person: the name, else the address.</summary>
    public string DisplayName => Name ?? Address;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(null, $"Id = {Id}, Name = {Name}, Address = {Address}");
        return true;
    }
}
