using System.Collections.Immutable;
using System.Net;
using Longwire.Privileges;

namespace Longwire.Web.Http;

/// <summary>Where the page is served, and to whom: it has no log-in of its own.</summary>
/// <param name="Interface">Where it listens.</param>
/// <param name="Names">By which it may be asked for; empty: by any.</param>
internal sealed record WebAddress(int Port, IPAddress Interface, ImmutableArray<string> Names, ImmutableArray<IPNetwork> Allowed)
{
    /// <summary>config.yaml's ingress_port.</summary>
    public const int IngressPort = 8099;

    private static readonly ImmutableArray<IPNetwork> s_thisMachine = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>The Supervisor's, on its own network: it has asked for the log-in before it passes a request on.</summary>
    private static readonly IPNetwork s_supervisor = IPNetwork.Parse("172.30.32.2/32");

    /// <summary>Under a Supervisor behind its ingress; else for this machine alone and only if asked for; null: nowhere.</summary>
    public static WebAddress? Of(IReadOnlyDictionary<string, string> environment, int? port)
    {
        if (ContainerImage.IsUnderSupervisor(environment))
        {
            return new WebAddress(port ?? IngressPort, IPAddress.Any, [], [.. s_thisMachine, s_supervisor]);
        }
        // By these names only: a page elsewhere that a browser here has open cannot reach us under a name of its own.
        return port is { } own ? new WebAddress(own, IPAddress.Loopback, ["127.0.0.1", "localhost"], s_thisMachine) : null;
    }

    public bool Allows(IPAddress client)
    {
        IPAddress plain = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return Allowed.Any(network => network.Contains(plain));
    }

    public bool Answers(string host) => Names.IsEmpty || Names.Contains(host, StringComparer.OrdinalIgnoreCase);
}
