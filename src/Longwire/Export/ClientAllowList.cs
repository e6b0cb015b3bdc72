using System.Collections.Immutable;
using System.Net;

namespace Longwire.Export;

/// <summary>Who may ask: stock USB/IP has no other lock, so it holds single addresses and no networks.</summary>
internal sealed class ClientAllowList
{
    private readonly ImmutableHashSet<Client> _clients;

    private ClientAllowList(ImmutableHashSet<Client> clients) => _clients = clients;

    /// <summary>Entries that are none are left out: the options' reader has named them already.</summary>
    public static ClientAllowList Of(IEnumerable<string> entries) => new(
    [
        .. entries.Select(entry => IPAddress.TryParse(entry.Trim(), out IPAddress? address) ? new Client.Address(address) : null)
            .OfType<Client>(),
    ]);

    public bool Allows(Client client) => _clients.Contains(client);

    /// <summary>Everybody in the other one is in here.</summary>
    public bool Covers(ClientAllowList other) => other._clients.IsSubsetOf(_clients);
}
