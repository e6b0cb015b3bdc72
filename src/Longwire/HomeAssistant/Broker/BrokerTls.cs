using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// Whom we believe to be the broker, and why not if not, and how we show who we are. One per attempt: the files are read anew, so that
/// mending them is enough.
/// </summary>
internal sealed class BrokerTls(BrokerAddress broker)
{
    /// <summary>What was wrong with the certificate, as a sentence; null if it was good or never came.</summary>
    public string? Problem { get; private set; }

    /// <summary>It showed a certificate that we take: if it closes after that, then because of ours, or of what follows TLS.</summary>
    public bool Accepted { get; private set; }

    /// <exception cref="BrokerException">A file cannot be used.</exception>
    public SslClientAuthenticationOptions Options() => new()
    {
        TargetHost = broker.Host,
        CertificateChainPolicy = Policy(),
#pragma warning disable CA2000 // TLS uses it for as long as the connection lives, and takes no notice of its end.
        ClientCertificates = broker is { Cert: { } cert, Key: { } key } ? [ClientCertificate.Load(cert, key)] : [],
#pragma warning restore CA2000
        RemoteCertificateValidationCallback = (_, _, chain, errors) => Accept(errors, chain),
    };

    // A home's own CA publishes no revocation list, and asking for one would need the internet at every connect.
    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (broker.Ca is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(LoadAuthorities(broker.Ca));
        return policy;
    }

    private bool Accept(SslPolicyErrors errors, X509Chain? chain)
    {
        Accepted = !broker.Verify || errors == SslPolicyErrors.None;
        if (Accepted) return true;
        X509ChainStatusFlags flags = (chain?.ChainStatus ?? []).Aggregate(
            X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        Problem = errors switch
        {
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it shows no certificate: check mqtt.port.",
            _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) =>
                "its certificate has expired or is not yet valid: renew it, or check this machine's clock.",
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
                $"its certificate is for another name than \"{broker.Host}\": use that name as mqtt.host, or set mqtt.verify to false.",
            _ when broker.Ca is null =>
                "its certificate is signed by no authority that this machine trusts: give the authority's file as mqtt.ca.",
            _ => $"its certificate is not signed by an authority in {broker.Ca}: check mqtt.ca.",
        };
        return false;
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            // Not PEM at all: the same in binary.
            if (authorities.Count == 0) authorities.Add(X509CertificateLoader.LoadCertificateFromFile(path));
            return authorities;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BrokerException(
                BrokerFailure.Refused,
                $"mqtt.ca: {path} cannot be used as a certificate ({e.Message.TrimEnd('.')}): give a PEM file with the authority's "
                    + "certificate.",
                e);
        }
    }
}
