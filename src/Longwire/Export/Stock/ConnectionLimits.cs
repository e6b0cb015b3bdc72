using System.Net;

namespace Longwire.Export.Stock;

/// <summary>
/// How many connections may be on their way to an answer: so many in all, and so many from one address, so that one client that
/// opens connections and says nothing takes nobody else's place.
/// </summary>
internal sealed class ConnectionLimits(int inAll, int perAddress)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _taken = [];
    private int _total;

    /// <summary>False: no place. Else <see cref="Leave"/> must follow.</summary>
    public bool TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            int here = _taken.GetValueOrDefault(address);
            if (_total >= inAll || here >= perAddress) return false;
            _taken[address] = here + 1;
            _total++;
            return true;
        }
    }

    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            int here = _taken[address];
            if (here == 1) _taken.Remove(address);
            else _taken[address] = here - 1;
            _total--;
        }
    }
}
