using System.Net;
using System.Net.Sockets;

namespace Longwire.Export.Link;

/// <summary>
/// Connections of which nobody knows yet whose they are: so many in all, and so many from one network. Over that the oldest of that network
/// is closed, and never the new one: the owner of the house must not lock himself out at the moment at which all his links come back.
/// </summary>
internal sealed class UnprovenConnections(int inAll, int perNetwork)
{
    private const int NetworkBytes = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _places = [];

    /// <param name="close">Ends the connection, if it has to make way. Does not block.</param>
    /// <returns>Disposed when it is known whose the connection is, or when that is over.</returns>
    public IDisposable Enter(IPAddress address, Action close)
    {
        IPAddress network = NetworkOf(address);
        var entered = new Place(this, network, close);
        List<Place> oldest = [];
        lock (_gate)
        {
            if (_places.Count(place => place.Network.Equals(network)) >= perNetwork)
                oldest.Add(_places.First(place => place.Network.Equals(network)));
            else if (_places.Count >= inAll)
                oldest.Add(_places.First!.Value);
            foreach (Place place in oldest) _places.Remove(place);
            _places.AddLast(entered);
        }
        foreach (Place place in oldest) place.Close();
        return entered;
    }

    // A machine has a whole /64 of IPv6 to itself.
    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }

    private void Leave(Place place)
    {
        lock (_gate) _places.Remove(place);
    }

    private sealed class Place(UnprovenConnections all, IPAddress network, Action close) : IDisposable
    {
        public IPAddress Network => network;

        public void Close() => close();

        public void Dispose() => all.Leave(this);
    }
}
