using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>An authority of a home's own, and a broker's certificate that it signed.</summary>
internal sealed class Certificates : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-certificates-").FullName;

    private readonly X509Certificate2 _authority = CreateAuthority("CN=A home's own authority");

    public Certificates(string brokerAddress)
    {
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(brokerAddress));
        using ECDsa key = NewKey();
        using X509Certificate2 broker = Sign(_authority, "CN=broker", key, TimeSpan.FromDays(20), names.Build());
        File.WriteAllText(BrokerCertificateFile, broker.ExportCertificatePem());
        File.WriteAllText(BrokerKeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile => PathOf("authority.pem");
    public string BrokerCertificateFile => PathOf("broker.pem");
    public string BrokerKeyFile => PathOf("broker.key");

    public string MosquittoLines => $"allow_anonymous true\ncertfile {BrokerCertificateFile}\nkeyfile {BrokerKeyFile}\n";

    /// <summary>The same for a broker that lets in nobody without a certificate from the authority.</summary>
    public string StrictMosquittoLines => $"{MosquittoLines}cafile {AuthorityFile}\nrequire_certificate true\n";

    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>Somebody's certificate and key, as the two files that tools make.</summary>
    /// <param name="name">Its subject, and what the files are called.</param>
    /// <param name="left">How long it is still good; below zero: how long ago it expired.</param>
    /// <param name="stranger">Signed by an authority that the broker does not know.</param>
    public (string Cert, string Key) ForClient(string name, TimeSpan? left = null, bool stranger = false)
    {
        using ECDsa key = NewKey();
        using X509Certificate2 authority = stranger ? CreateAuthority("CN=Somebody else's authority") : new X509Certificate2(_authority);
        using X509Certificate2 cert = Sign(authority, $"CN={name}", key, left ?? TimeSpan.FromDays(20));
        File.WriteAllText(PathOf($"{name}.pem"), cert.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return (PathOf($"{name}.pem"), PathOf($"{name}.key"));
    }

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ValueTask DisposeAsync()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static X509Certificate2 CreateAuthority(string name)
    {
        using ECDsa key = NewKey();
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static X509Certificate2 Sign(
        X509Certificate2 authority, string name, ECDsa key, TimeSpan left, params X509Extension[] extensions)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in extensions) request.CertificateExtensions.Add(extension);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return request.Create(authority, now.AddDays(-10), now + left, RandomNumberGenerator.GetBytes(8));
    }
}
