using System.Collections.Immutable;
using System.Net;
using Longwire.Privileges;

namespace Longwire.Web.Http;

/// <summary>What may be done with the page beside looking at it.</summary>
internal enum WebAccess
{
    None,
    WithToken,
    Full,
}

/// <summary>Where the page is served, and to whom: it has no log-in of its own.</summary>
/// <param name="Interface">Where it listens.</param>
/// <param name="Names">By which it may be asked for; empty: by any.</param>
/// <param name="Ingress">
/// From where requests come for whom Home Assistant has asked for the log-in; null: we are not behind it.
/// </param>
internal sealed record WebAddress(
    int Port, IPAddress Interface, ImmutableArray<string> Names, ImmutableArray<IPNetwork> Allowed, IPNetwork? Ingress = null)
{
    /// <summary>config.yaml's ingress_port.</summary>
    public const int IngressPort = 8099;

    private static readonly ImmutableArray<IPNetwork> s_thisMachine = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
    private static readonly ImmutableArray<IPNetwork> s_anywhere = [IPNetwork.Parse("0.0.0.0/0")];

    /// <summary>The Supervisor's, on its own network: it has asked for the log-in before it passes a request on.</summary>
    private static readonly IPNetwork s_supervisor = IPNetwork.Parse("172.30.32.2/32");

    /// <summary>
    /// Under a Supervisor behind its ingress; else only if asked for, and for this machine alone unless another interface is named; null:
    /// nowhere.
    /// </summary>
    public static WebAddress? Of(IReadOnlyDictionary<string, string> environment, IPEndPoint? asked)
    {
        if (ContainerImage.IsUnderSupervisor(environment))
        {
            return new WebAddress(asked?.Port ?? IngressPort, IPAddress.Any, [], [.. s_thisMachine, s_supervisor], s_supervisor);
        }
        // By these names only: a page elsewhere that a browser here has open cannot reach us under a name of its own.
        return asked is null
            ? null
            : new WebAddress(
                asked.Port, asked.Address, ["127.0.0.1", "localhost"], IPAddress.IsLoopback(asked.Address) ? s_thisMachine : s_anywhere);
    }

    /// <summary>It comes from Home Assistant, and says for whom.</summary>
    public bool IsIngress(IPAddress? client) => client is not null && Ingress?.Contains(Plain(client)) == true;

    public bool Allows(IPAddress client) => Allowed.Any(network => network.Contains(Plain(client)));

    // Off this machine by its address, too: names are what can be turned to us by whoever owns them.
    public bool Answers(string host) =>
        Names.IsEmpty
        || Names.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (!IPAddress.IsLoopback(Interface) && IPAddress.TryParse(host, out _));

    public WebAccess AccessOf(IPAddress? client)
    {
        if (client is null) return WebAccess.None;
        IPAddress plain = Plain(client);
        if (Ingress is { } ingress) return ingress.Contains(plain) ? WebAccess.Full : WebAccess.None;
        return IPAddress.IsLoopback(Interface) ? WebAccess.Full : WebAccess.WithToken;
    }

    public static IPAddress Plain(IPAddress client) => client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
}
