using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>
/// Brokers that want to know by certificate who we are: the real mosquitto, OpenSSL's own server with either version of TLS, and every
/// alert there is.
/// </summary>
public sealed class ClientCertificateTests
{
    private const string Wanted = "wants a certificate from us: give its file as mqtt.cert and its key as mqtt.key";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task With_the_right_certificate_we_are_let_in_and_mending_the_file_is_enough()
    {
        await using var certificates = new Certificates("127.0.0.1");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates.StrictMosquittoLines);
        (string cert, string key) = certificates.ForClient("longwire", TimeSpan.FromDays(-1));
        await using Bridge bridge = await StartAsync(mosquitto.Port, certificates, cert, key);
        bridge.Logger.Expect("has expired");
        await bridge.SaysAsync($"127.0.0.1:{mosquitto.Port} says that the certificate in {cert} (mqtt.cert) has expired: renew it");
        certificates.ForClient("longwire");
        await bridge.SaysAsync("connected to");
    }

    [Theory]
    [Trait("needs", "openssl")]
    [InlineData("tls1_2")]
    [InlineData("tls1_3")]
    public async Task Whatever_is_wrong_with_the_certificate_is_a_sentence_with_the_remedy(string version)
    {
        await using var certificates = new Certificates("127.0.0.1");
        int port = Mosquitto.FreePort();
        using Process server = Process.Start(new ProcessStartInfo(
            "openssl",
            ["s_server", "-accept", $"127.0.0.1:{port}", $"-{version}",
                "-cert", certificates.BrokerCertificateFile, "-key", certificates.BrokerKeyFile,
                "-CAfile", certificates.AuthorityFile, "-Verify", "1", "-verify_return_error", "-quiet"])
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            await Eventually.IsTrueAsync(() => IsListening(port), () => "openssl listens");
            (string expired, string expiredKey) = certificates.ForClient("expired", TimeSpan.FromDays(-1));
            (string stranger, string strangerKey) = certificates.ForClient("stranger", stranger: true);
            await SaysInTheEndAsync(Wanted, port, certificates, null, null);
            await SaysInTheEndAsync($"{expired} (mqtt.cert) has expired: renew it", port, certificates, expired, expiredKey);
            await SaysInTheEndAsync(
                $"does not know the authority that signed the certificate in {stranger}", port, certificates, stranger, strangerKey);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(Cancelled);
        }
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task Mosquitto_without_our_certificate_or_with_a_strangers_is_understood()
    {
        await using var certificates = new Certificates("127.0.0.1");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates.StrictMosquittoLines);
        (string stranger, string strangerKey) = certificates.ForClient("stranger", stranger: true);
        foreach ((string? cert, string? key, string alert) in new[]
        {
            (null, null, Wanted),
            ((string?)stranger, (string?)strangerKey, "does not know the authority that signed the certificate in"),
        })
        {
            for (int attempt = 0; attempt < 12; attempt++)
            {
                Assert.Contains(alert, await RefusalAsync(mosquitto.Port, certificates, cert, key), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    [Trait("needs", "mosquitto")]
    public async Task The_brokers_alert_is_read_even_if_its_reset_came_before_we_could_write()
    {
        await using var certificates = new Certificates("127.0.0.1");
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates.StrictMosquittoLines);
        (string cert, string key) = certificates.ForClient("longwire", TimeSpan.FromDays(-1));
        BrokerAddress broker = AddressOf(mosquitto.Port, certificates, cert, key);
        using var channel = new BrokerChannel(
            new IPEndPoint(IPAddress.Loopback, mosquitto.Port), new BrokerTls(broker).Options(), TimeProvider.System);
        await channel.ConnectAsync(Cancelled);
        await Eventually.IsTrueAsync(
            () => mosquitto.Said.Contains("certificate verify failed", StringComparison.Ordinal), () => mosquitto.Said);
        Exception end = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // The first may be sent before the reset is here, the second is not.
            await channel.WriteAsync(new ReadOnlySequence<byte>([0x10]), isEndOfPacket: false, Cancelled);
            await channel.WriteAsync(new ReadOnlySequence<byte>([0x10]), isEndOfPacket: false, Cancelled);
        });
        Assert.Equal(45, TlsAlert.Find(end));
    }

    [Fact]
    public void Every_alert_about_a_certificate_has_its_sentence_and_no_other_alert_has()
    {
        // RFC 8446, 6.2, and those that TLS 1.2 had beside them.
        int[] about = [40, 42, 43, 44, 45, 46, 48, 49, 51, 116];
        var without = new BrokerAddress("h", 1) { Tls = true };
        BrokerAddress with = without with { Cert = "/config/c.pem", Key = "/config/k.pem" };
        for (int alert = 0; alert < 256; alert++)
        {
            // ERR_PACK(ERR_LIB_SSL, SSL_AD_REASON_OFFSET + alert); the words differ between OpenSSL's releases, the number does not.
            uint code = (20u << 23) | (uint)(1000 + alert);
            var e = new IOException("Read failed", new AuthenticationException($"error:{code:X8}:SSL routines::ssl/tls alert something"));
            Assert.Equal(alert, TlsAlert.Find(e));
            Assert.Equal(
                about.Contains(alert),
                TlsAlert.AboutClientCertificate(e, with)?.Contains("/config/c.pem", StringComparison.Ordinal) == true);
            Assert.Equal(
                alert is 40 or 42 or 116,
                TlsAlert.AboutClientCertificate(e, without)?.Contains("mqtt.key", StringComparison.Ordinal) == true);
        }
        // The library of files speaks, and SSL's own faults.
        Assert.Null(TlsAlert.Find(new IOException("error:1000045C:system library::nothing")));
        Assert.Null(TlsAlert.Find(new IOException("error:0A000086:SSL routines::certificate verify failed")));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_named_with_what_to_do()
    {
        await using var certificates = new Certificates("127.0.0.1");
        (string cert, string key) = certificates.ForClient("longwire");
        (string other, string otherKey) = certificates.ForClient("other");
        string encrypted = certificates.PathOf("encrypted.key"), empty = certificates.PathOf("empty"),
        damaged = certificates.PathOf("damaged.key");
        string old = certificates.PathOf("old.key");
        using (ECDsa secret = Certificates.NewKey())
        {
            var how = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
            await File.WriteAllTextAsync(encrypted, secret.ExportEncryptedPkcs8PrivateKeyPem("pass", how), Cancelled);
        }
        await File.WriteAllTextAsync(empty, "", Cancelled);
        await File.WriteAllTextAsync(damaged, "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n", Cancelled);
        await File.WriteAllTextAsync(
            old, "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIGH\n-----END EC PRIVATE KEY-----\n",
            Cancelled);
        (string Cert, string Key, string Says)[] bad =
        [
            ("/nowhere/c.pem", key, "mqtt.cert: there is no file /nowhere/c.pem"),
            (cert, "/nowhere/k.pem", "mqtt.key: there is no file /nowhere/k.pem"),
            (Path.GetDirectoryName(cert)!, key, "mqtt.cert: "),
            (empty, key, $"mqtt.cert: {empty} holds no certificate in PEM form"),
            (key, key, $"mqtt.cert: {key} holds no certificate in PEM form"),
            (cert, empty, $"mqtt.key: {empty} holds no private key in PEM form"),
            (cert, cert, $"mqtt.key: {cert} holds no private key in PEM form"),
            (cert, otherKey, $"mqtt.key: {otherKey} is damaged, or not the key of the certificate in {cert}"),
            (other, key, $"mqtt.key: {key} is damaged, or not the key of the certificate in {other}"),
            (cert, damaged, $"mqtt.key: {damaged} is damaged, or not the key"),
            (cert, encrypted, $"mqtt.key: {encrypted} is encrypted"),
            (cert, old, $"mqtt.key: {old} is encrypted"),
        ];
        foreach ((string c, string k, string says) in bad)
        {
            BrokerException refused = Assert.Throws<BrokerException>(() => ClientCertificate.Load(c, k));
            Assert.Equal(BrokerFailure.Refused, refused.Failure);
            Assert.StartsWith(says, refused.Message, StringComparison.Ordinal);
            Assert.Contains(": ", refused.Message[says.Length..], StringComparison.Ordinal);
            Assert.DoesNotContain("MIGH", refused.ToString(), StringComparison.Ordinal);
        }
        string both = certificates.PathOf("both.pem");
        string[] parts = await Task.WhenAll(File.ReadAllTextAsync(key, Cancelled), File.ReadAllTextAsync(cert, Cancelled));
        await File.WriteAllTextAsync(both, string.Join('\n', parts), Cancelled);
        Assert.True(ClientCertificate.Load(both, both).HasPrivateKey);
    }

    private static Task SaysInTheEndAsync(string part, int port, Certificates certificates, string? cert, string? key)
    {
        string said = "";
        return Eventually.IsTrueAsync(
            async () => (said = await RefusalAsync(port, certificates, cert, key)).Contains(part, StringComparison.Ordinal),
            () => $"\"{part}\" and not \"{said}\"");
    }

    private static async Task<string> RefusalAsync(int port, Certificates certificates, string? cert, string? key)
    {
        BrokerAddress broker = AddressOf(port, certificates, cert, key);
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(async () =>
        {
            var connector = new BrokerConnector(new KnownBrokers(TimeProvider.System, NullLogger.Instance), TimeProvider.System);
            await using BrokerConnection connection = await connector.OpenAsync(
                broker, "longwire-a1", willTopic: null, new IncomingMessages(new Topics("longwire", "homeassistant")), refused: null,
                Cancelled);
        });
        Assert.DoesNotContain("error:", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    private static BrokerAddress AddressOf(int port, Certificates certificates, string? cert, string? key) =>
        new("127.0.0.1", port) { Tls = true, Ca = certificates.AuthorityFile, Cert = cert, Key = key };

    private static bool IsListening(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(end => end.Port == port);

    private static Task<Bridge> StartAsync(int port, Certificates certificates, string cert, string key)
    {
        var options =
            new MqttOptions { Host = "127.0.0.1", Port = port, Tls = true, Ca = certificates.AuthorityFile, Cert = cert, Key = key };
        return Bridge.StartAsync(port, Some.Snapshot(Some.Radio), options: options);
    }
}
