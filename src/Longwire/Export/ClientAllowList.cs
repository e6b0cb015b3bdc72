using System.Collections.Immutable;
using System.Net;
using Longwire.Options;

namespace Longwire.Export;

/// <summary>Who may ask: stock USB/IP has no other lock. Of a name, it knows the addresses that it was told last.</summary>
internal sealed class ClientAllowList
{
    private readonly ImmutableHashSet<Client> _clients;
    private readonly ImmutableArray<IPNetwork> _networks;
    private readonly ImmutableArray<string> _names;
    private readonly ImmutableDictionary<string, ImmutableArray<IPAddress>> _resolved;
    private readonly ImmutableHashSet<Client> _named;

    private ClientAllowList(
        ImmutableHashSet<Client> clients, ImmutableArray<IPNetwork> networks, ImmutableArray<string> names,
        ImmutableDictionary<string, ImmutableArray<IPAddress>> resolved)
    {
        (_clients, _networks, _names, _resolved) = (clients, networks, names, resolved);
        _named = [.. names.SelectMany(name => resolved.GetValueOrDefault(name, [])).Select(address => new Client.Address(address))];
    }

    /// <summary>Some name was not looked up yet: who is not allowed now may be in a moment.</summary>
    public bool AwaitsNames => _names.Any(name => !_resolved.ContainsKey(name));

    /// <summary>Entries that are none are left out: the options' reader has named them already.</summary>
    public static ClientAllowList Of(IEnumerable<string> entries) => Of(entries, NoNames);

    /// <summary>The names among entries, each once.</summary>
    public static ImmutableArray<string> NamesIn(IEnumerable<string> entries) =>
        [.. Parse(entries).OfType<AllowEntry.Name>().Select(entry => entry.Value).Distinct()];

    /// <summary>The list that other entries make, with the addresses of names that are known by now.</summary>
    public ClientAllowList Using(IEnumerable<string> entries) => Of(entries, _resolved);

    /// <summary>The same list, with the addresses of its names.</summary>
    public ClientAllowList With(ImmutableDictionary<string, ImmutableArray<IPAddress>> resolved) =>
        new(_clients, _networks, _names, resolved);

    public bool Allows(Client client) =>
        client is Client.Address { Value: var address }
            && (_clients.Contains(client) || _named.Contains(client) || _networks.Any(network => network.Contains(address)));

    /// <summary>Everybody in the other one is in here, as far as that is known.</summary>
    public bool Covers(ClientAllowList other) =>
        !other.AwaitsNames && other._clients.All(Allows) && other._named.All(Allows) && other._networks.All(Covers);

    private static ImmutableDictionary<string, ImmutableArray<IPAddress>> NoNames { get; } =
        ImmutableDictionary.Create<string, ImmutableArray<IPAddress>>(StringComparer.Ordinal);

    private static ClientAllowList Of(IEnumerable<string> entries, ImmutableDictionary<string, ImmutableArray<IPAddress>> resolved)
    {
        AllowEntry[] parsed = [.. Parse(entries)];
        return new ClientAllowList(
            [.. parsed.OfType<AllowEntry.Address>().Select(entry => new Client.Address(entry.Value))],
            [.. parsed.OfType<AllowEntry.Network>().Select(entry => entry.Value)],
            [.. parsed.OfType<AllowEntry.Name>().Select(entry => entry.Value)],
            resolved);
    }

    private static IEnumerable<AllowEntry> Parse(IEnumerable<string> entries) =>
        entries.Select(text => AllowEntry.TryParse(text, out AllowEntry? entry) is null ? entry : null).OfType<AllowEntry>();

    private bool Covers(IPNetwork other) =>
        _networks.Any(network => network.PrefixLength <= other.PrefixLength && network.Contains(other.BaseAddress));
}
