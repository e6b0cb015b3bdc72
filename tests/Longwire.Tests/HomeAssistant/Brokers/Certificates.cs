using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>An authority of a home's own, and a broker's certificate that it signed.</summary>
internal sealed class Certificates : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-certificates-").FullName;

    public Certificates(string brokerAddress)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=A home's own authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(brokerAddress));
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 broker = request.Create(authority, now.AddDays(-1), now.AddDays(20), [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(_folder, "broker.pem"), broker.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "broker.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile => Path.Combine(_folder, "authority.pem");

    public string MosquittoLines =>
        $"allow_anonymous true\ncertfile {_folder}/broker.pem\nkeyfile {_folder}/broker.key\n";

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
