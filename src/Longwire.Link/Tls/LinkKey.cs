using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Longwire.Link.Pairing;

namespace Longwire.Link.Tls;

/// <summary>
/// A side's own key, on the curve P-256, and the certificate that TLS wants around it. The certificate means nothing: its dates are the
/// widest there are, because a Pi boots with any clock, and it is made anew at each start.
/// </summary>
public sealed class LinkKey : IDisposable
{
    private static readonly DateTimeOffset s_notBefore = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_notAfter = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private readonly ECDsa _key;
    private readonly X509Certificate2 _certificate;

    private LinkKey(ECDsa key)
    {
        _key = key;
        var request = new CertificateRequest("CN=longwire", key, HashAlgorithmName.SHA256);
        _certificate = request.CreateSelfSigned(s_notBefore, s_notAfter);
        // Offline: a chain that is looked for costs seconds where there is no way out of the house.
        Context = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
        KeyPin.TryCreate(_certificate, out KeyPin pin);
        Pin = pin;
    }

    /// <summary>What the other side knows it by.</summary>
    public KeyPin Pin { get; }

    internal SslStreamCertificateContext Context { get; }

    internal X509Certificate2 Certificate => _certificate;

    public static LinkKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads what <see cref="ToPem"/> wrote.</summary>
    /// <returns>Null: no private key on that curve.</returns>
    public static LinkKey? FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            // A public key alone imports as well, and signs nothing.
            ECParameters parameters = key.ExportParameters(includePrivateParameters: true);
            CryptographicOperations.ZeroMemory(parameters.D);
            if (parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value) return new LinkKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Not a key that we can use.
        }
        key.Dispose();
        return null;
    }

    /// <summary>PKCS #8 (RFC 5958) in PEM: a secret.</summary>
    public string ToPem() => _key.ExportPkcs8PrivateKeyPem();

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
