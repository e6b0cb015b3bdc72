using System.Net;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;

namespace Longwire.Export;

/// <summary>One run of a host's program.</summary>
/// <param name="StartCounter">How often it has started with its data folder.</param>
internal readonly record struct HostRun(InstanceNonce Instance, ulong StartCounter);

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
    /// <param name="Run">Of its program.</param>
    internal sealed record Host(KeyPin Key, string? Name, IPAddress At, HostRun Run) : Client
    {
        /// <summary>
        /// What an earlier run of it has left, or an earlier attempt of this one. Two that run with one key, as after a restored backup,
        /// would take a stick from each other for ever otherwise: of those the later one has it, for good.
        /// </summary>
        public bool MayTakeFrom(Host other) =>
            Key == other.Key && (Run.Instance == other.Run.Instance || Run.StartCounter > other.Run.StartCounter);

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
