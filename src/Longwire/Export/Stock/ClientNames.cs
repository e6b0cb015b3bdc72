using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Stock;

/// <summary>
/// The host names among those who may ask: looked up beside whoever accepts connections, and again now and then, because addresses change.
/// A name that cannot be resolved for a while keeps the addresses that it had: a resolver that is away must not take a radio away.
/// </summary>
internal sealed class ClientNames(
    IEnumerable<string> first, StockListener listener, ExportReconciler reconciler, TimeProvider time, ILogger logger,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    // Of one name: a resolver's answer is not ours.
    private const int MostAddresses = 64;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly AsyncAutoResetEvent _changed = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _unresolved = new(StringComparer.Ordinal);
    private ImmutableArray<string> _names = ClientAllowList.NamesIn(first);
    private ImmutableDictionary<string, ImmutableArray<IPAddress>> _resolved =
        ImmutableDictionary.Create<string, ImmutableArray<IPAddress>>(StringComparer.Ordinal);

    /// <summary>Other entries are in force.</summary>
    public void Use(IEnumerable<string> entries)
    {
        lock (_gate) _names = ClientAllowList.NamesIn(entries);
        _changed.Raise();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ImmutableArray<string> names;
            lock (_gate) names = _names;
            await LookUpAsync(names, cancellationToken);
            TimeSpan next = names.IsEmpty ? Timeout.InfiniteTimeSpan
                : _unresolved.Count > 0 ? ExportTimers.NamesRetry : ExportTimers.NamesRefresh;
            await _changed.WaitAsync(next, cancellationToken);
        }
    }

    private async Task LookUpAsync(ImmutableArray<string> names, CancellationToken cancellationToken)
    {
        foreach (string gone in _unresolved.Keys.Except(names, StringComparer.Ordinal).ToArray()) _unresolved.Remove(gone);
        (string Name, ImmutableArray<IPAddress>? Addresses)[] found = await Task.WhenAll(
            names.Select(async name => (name, await LookUpAsync(name, cancellationToken))));
        var now = ImmutableDictionary.CreateBuilder<string, ImmutableArray<IPAddress>>(StringComparer.Ordinal);
        foreach ((string name, ImmutableArray<IPAddress>? addresses) in found)
        {
            now[name] = addresses ?? _resolved.GetValueOrDefault(name, []);
        }
        if (IsSame(now)) return;
        ImmutableDictionary<string, ImmutableArray<IPAddress>> before = _resolved;
        _resolved = now.ToImmutable();
        listener.Use(_resolved);
        await reconciler.PostAsync(new ExportMessage.NamesResolved(_resolved), cancellationToken);
        // Once it is so, and not a moment earlier: whoever reads it tries.
        foreach ((string name, ImmutableArray<IPAddress>? addresses) in found)
        {
            if (addresses is { } known && !known.SequenceEqual(before.GetValueOrDefault(name, [])))
                SayResolved(name, string.Join(", ", known));
        }
    }

    /// <returns>In one order; null: not now.</returns>
    private async Task<ImmutableArray<IPAddress>?> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Resolve, time, cancellationToken);
        string problem;
        try
        {
            // WaitAsync: a resolver that ignores cancellation must not hold us.
            IPAddress[] addresses = await _resolve(name, deadline.Token).WaitAsync(deadline.Token);
            if (addresses.Length > 0)
            {
                lock (_gate) _unresolved.Remove(name);
                return [.. addresses.Take(MostAddresses).OrderBy(address => address.ToString(), StringComparer.Ordinal)];
            }
            problem = "it has no address";
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            problem = e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            problem = $"no answer within {ExportTimers.Resolve.TotalSeconds:0} s";
        }
        SayUnresolved(name, problem);
        return null;
    }

    private void SayResolved(string name, string addresses)
    {
        ILogger log = logger.About("names", name);
        ExportLog.NameResolved(log, name, addresses);
    }

    private void SayUnresolved(string name, string problem)
    {
        lock (_gate)
        {
            if (!_unresolved.TryAdd(name, problem)) return;
        }
        ILogger log = logger.About("names", name);
        ExportLog.NameUnresolved(log, name, problem);
    }

    private bool IsSame(ImmutableDictionary<string, ImmutableArray<IPAddress>>.Builder now) =>
        now.Count == _resolved.Count
            && now.All(entry =>
                _resolved.TryGetValue(entry.Key, out ImmutableArray<IPAddress> before) && entry.Value.SequenceEqual(before));
}
