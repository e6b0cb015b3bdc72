using System.Text;

namespace Longwire.Options;

/// <summary>The broker. Without a host: ask the Supervisor; neither: attach all the same.</summary>
internal sealed record MqttOptions
{
    public string? Host { get; init; }

    /// <summary>Null: 8883 with TLS, else 1883.</summary>
    public int? Port { get; init; }
    public string? Username { get; init; }

    /// <summary>A secret: never printed.</summary>
    public string? Password { get; init; }
    public bool Tls { get; init; }

    /// <summary>Path of a PEM file with the certificate authorities to trust instead of the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>Path of a PEM file with the certificate that shows the broker who we are; null with <see cref="Key"/>.</summary>
    public string? Cert { get; init; }

    /// <summary>Path of a PEM file with the private key of <see cref="Cert"/>.</summary>
    public string? Key { get; init; }

    /// <summary>False: any certificate will do. For people who know what they give up.</summary>
    public bool Verify { get; init; } = true;

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(null, $"Host = {Host}, Port = {Port}, Username = {Username}, Tls = {Tls}, ");
        builder.Append(null, $"Ca = {Ca}, Cert = {Cert}, Key = {Key}, Verify = {Verify}");
        return true;
    }
}
