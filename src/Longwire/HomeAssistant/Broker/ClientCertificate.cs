using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Longwire.HomeAssistant.Broker;

/// <summary>The certificate that shows a broker who we are, with its key. Nothing of the key's file is ever said but its path.</summary>
internal static class ClientCertificate
{
    // PKCS #8 (RFC 7468), and what OpenSSL wrote before (RFC 1421).
    private static readonly string[] s_encrypted = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"];

    /// <exception cref="BrokerException">One of the files cannot be used; the sentence says which, why, and what to do.</exception>
    public static X509Certificate2 Load(string certPath, string keyPath)
    {
        string cert = Read("mqtt.cert", certPath), key = Read("mqtt.key", keyPath);
        if (Array.Exists(s_encrypted, key.Contains))
        {
            const string Remedy = "write it without one (openssl pkey -in OLD -out NEW)";
            throw Refused($"mqtt.key: {keyPath} is encrypted, and nobody is there to type its password: {Remedy}.");
        }
        using X509Certificate2 alone = Parse(certPath, () => X509Certificate2.CreateFromPem(cert));
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw Refused($"mqtt.key: {keyPath} holds no private key in PEM form: give the file with \"-----BEGIN PRIVATE KEY-----\".");
        }
        try
        {
            return X509Certificate2.CreateFromPem(cert, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            const string Remedy = "give the two files that were made together";
            throw Refused($"mqtt.key: {keyPath} is damaged, or not the key of the certificate in {certPath}: {Remedy}.", e);
        }
    }

    private static string Read(string option, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Refused($"{option}: there is no file {path}: put it there, or correct the path. (An app's own folder is /config.)", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Refused(
                $"{option}: {path} may not be read: give Longwire the right to. (An app reads keys in its own folder only: /config.)", e);
        }
        catch (IOException e)
        {
            throw Refused($"{option}: {path} cannot be read ({e.Message.TrimEnd('.')}): put a readable file there.", e);
        }
    }

    private static X509Certificate2 Parse(string path, Func<X509Certificate2> parse)
    {
        try
        {
            return parse();
        }
        catch (CryptographicException e)
        {
            throw Refused($"mqtt.cert: {path} holds no certificate in PEM form: give the file with \"-----BEGIN CERTIFICATE-----\".", e);
        }
    }

    private static BrokerException Refused(string sentence, Exception? inner = null) => new(BrokerFailure.Refused, sentence, inner);
}
