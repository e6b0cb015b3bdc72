using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Longwire.Attach.Pis;

/// <summary>
/// Where a Pi may be. The address at which it was last is tried in between the others: a name that cannot be looked up now must not keep it
/// away, nor one that leads elsewhere. One look-up at a time: .NET's blocks a thread, for as long as the resolver wants. Wherever it is
/// found, it is known by its key.
/// </summary>
/// <param name="written">As the options or the pairing code have them, the best first.</param>
/// <param name="resolve">Looks up a name; blocks a thread of the pool.</param>
internal sealed class PiAddresses(IReadOnlyList<DnsEndPoint> written, Func<string, Task<IPAddress[]>> resolve)
{
    // Of one name: a resolver's answer is not ours.
    private const int MostOfName = 8;

    private readonly IPEndPoint[] _fixed =
        [.. written.Where(IsAddress).Select(point => new IPEndPoint(IPAddress.Parse(point.Host), point.Port))];
    private readonly DnsEndPoint[] _names = [.. written.Where(point => !IsAddress(point))];
    private readonly Dictionary<DnsEndPoint, IPEndPoint[]> _found = [];
    private Task<IPAddress[]>? _lookingUp;
    private int _next, _nextName, _turn;

    /// <summary>Where it answered last; null: nowhere yet.</summary>
    public IPEndPoint? Last { get; set; }

    /// <summary>Where it has said that it can be reached, the best first.</summary>
    public ImmutableArray<IPEndPoint> Said { get; set; } = [];

    /// <summary>What the latest look-up came to, if it found nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Takes what was looked up, and looks up the next name if none is being looked up.</summary>
    public void LookUp()
    {
        if (_names.Length == 0) return;
        if (_lookingUp is { IsCompleted: true } ended)
        {
            Take(_names[_nextName], ended);
            _nextName = (_nextName + 1) % _names.Length;
            _lookingUp = null;
        }
        _lookingUp ??= resolve(_names[_nextName].Host);
    }

    /// <summary>After so many of <see cref="Next"/> everywhere was tried.</summary>
    public int Turns => Math.Max(1, Known().Length * (Last is null ? 1 : 2));

    /// <summary>Where to try now; null: nothing is known yet.</summary>
    public IPEndPoint? Next()
    {
        IPEndPoint[] known = Known();
        if (Last is { } last && (known.Length == 0 || _turn++ % 2 == 0)) return last;
        return known.Length == 0 ? null : known[_next++ % known.Length];
    }

    private IPEndPoint[] Known()
    {
        IEnumerable<IPEndPoint> found = _names.SelectMany(name => _found.GetValueOrDefault(name, []));
        return [.. _fixed.Concat(found).Concat(Said).Distinct()];
    }

    // A name that cannot be looked up keeps the addresses that it had.
    private void Take(DnsEndPoint name, Task<IPAddress[]> ended)
    {
        if (ended is { IsCompletedSuccessfully: true, Result: { Length: > 0 } addresses })
        {
            _found[name] = [.. addresses.Take(MostOfName).Select(address => new IPEndPoint(address, name.Port))];
            Problem = null;
        }
        else
        {
            string why = ended.Exception?.InnerException is SocketException e ? e.Message : "it has no address";
            Problem = $"the name {name.Host} cannot be looked up: {why}";
        }
    }

    private static bool IsAddress(DnsEndPoint point) => IPAddress.TryParse(point.Host, out _);
}
