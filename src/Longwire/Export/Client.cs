using System.Net;
using Longwire.Link.Pairing;

namespace Longwire.Export;

/// <summary>Who holds a stick, or asks for one.</summary>
internal abstract record Client
{
    private Client()
    {
    }

    /// <summary>A client of the stock protocol, which says no more of itself than where it is.</summary>
    internal sealed record Address(IPAddress Value) : Client
    {
        /// <summary>
        /// One spelling per client: a socket for both families sees an IPv4 client as ::ffff:192.168.0.5, and an interface's name
        /// (fe80::1%eth0) is not part of who it is.
        /// </summary>
        public IPAddress Value { get; } = Plain(Value);

        public override string ToString() => Value.ToString();

        private static IPAddress Plain(IPAddress address)
        {
            if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
            return address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
        }
    }

    /// <summary>A host that is paired. It is known by its key alone; the rest is for people.</summary>
    internal sealed record Host(KeyPin Key, string? Name, IPAddress At) : Client
    {
        public bool Equals(Host? other) => other is not null && Key == other.Key;

        public override int GetHashCode() => Key.GetHashCode();

        public override string ToString() => Name is null ? new Address(At).ToString() : $"{Name} ({new Address(At)})";
    }

    /// <summary>Whoever holds a session that is not of our making: the kernel does not tell.</summary>
    /// <param name="Description">For the log.</param>
    internal sealed record Unknown(string Description) : Client
    {
        public override string ToString() => Description;
    }
}
