using System.Net;
using System.Text;
using Longwire.Link.Pairing;
using Longwire.UsbIp.Errors;

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

    /// <summary>As written: name, IPv4 or [IPv6], optional port. Where none was, the first one of the pairing code.</summary>
    public required string Address { get; init; }

    /// <summary>
    /// Host and port. Where no port was written, that of the pairing code, or <see cref="StockPort"/> without one. Resolved at every
    /// attempt.
    /// </summary>
    public required DnsEndPoint EndPoint { get; init; }

    /// <summary>It is reached over the link, and in no other way; null: over stock USB/IP. A secret, whose text does not show it.</summary>
    public PairingCode? Pairing { get; init; }

    /// <summary>Where to speak USB/IP in clear: never to a Pi with a pairing code, for whoever gave one asked for encryption.</summary>
    /// <exception cref="UsbIpConnectException">This is such a Pi.</exception>
    public DnsEndPoint StockEndPoint => Pairing is null
        ? EndPoint
        : throw new UsbIpConnectException($"{Address} has a pairing code and is not reached unencrypted");

    /// <summary>For a person: the name, else the address.</summary>
    public string DisplayName => Name ?? Address;

    /// <summary>With the same code, or both with none.</summary>
    public bool IsPairedAs(PiOptions other) => Pairing?.Format() == other.Pairing?.Format();

    public bool Equals(PiOptions? other) =>
        other is not null
            && (Id, Name, Address) == (other.Id, other.Name, other.Address)
            && EndPoint.Equals(other.EndPoint)
            && IsPairedAs(other);

    public override int GetHashCode() => HashCode.Combine(Id, Name, Address, EndPoint);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(null, $"Id = {Id}, Name = {Name}, Address = {Address}, Pairing = {Pairing}");
        return true;
    }
}
