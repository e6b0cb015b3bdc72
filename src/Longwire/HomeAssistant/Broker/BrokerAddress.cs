using System.Text;

namespace Longwire.HomeAssistant.Broker;

/// <summary>A broker and how to be let in.</summary>
internal sealed record BrokerAddress(string Host, int Port)
{
    public string? Username { get; init; }

    /// <summary>A secret: never printed.</summary>
    public string? Password { get; init; }
    public bool Tls { get; init; }

    /// <summary>Path of a file with the certificate authorities to trust instead of the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>Path of a PEM file with the certificate that shows the broker who we are; null with <see cref="Key"/>.</summary>
    public string? Cert { get; init; }

    /// <summary>Path of a PEM file with the private key of <see cref="Cert"/>.</summary>
    public string? Key { get; init; }

    /// <summary>False: any certificate will do.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Its address and credentials come from the Supervisor: what is wrong with them cannot be mended in our options.</summary>
    public bool IsSupervisors { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(null, $"Host = {Host}, Port = {Port}, Username = {Username}, Tls = {Tls}, ");
        builder.Append(null, $"Ca = {Ca}, Cert = {Cert}, Key = {Key}, Verify = {Verify}");
        return true;
    }
}
