using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Longwire.Link.Errors;
using Longwire.Link.Pairing;

namespace Longwire.Link.Tls;

/// <summary>
/// TLS 1.3 with a key on each side and nothing else: no names, no dates, no chains, no resumption. In TLS 1.3 the client is through before
/// the server has looked at its certificate; so the server takes any key of the link's kind, and says no by a frame, in which there is room
/// for a reason. The client sends nothing but its hello before the verdict.
/// </summary>
public static class LinkTls
{
    // Sent as the server's name, in the clear: it must say nothing of the house.
    private const string ServerName = "longwire";

    // include/uapi/linux/tcp.h; .NET has no names for them. What is lost is sent again every 200 ms or so instead of ever more rarely: a
    // network that was away for 2 s is not waited for for 2 s more. The kernel does so only while little is under way, as it is here.
    private const int IpProtoTcp = 6, TcpThinLinearTimeouts = 16;

    // Both sides are ours, and what is said here of keys and verdicts holds for 1.3 alone.
#pragma warning disable CA5398
    private static SslProtocols Version => SslProtocols.Tls13;
#pragma warning restore CA5398

    /// <summary>Client: nothing is said to whoever has another key.</summary>
    /// <param name="socket">Connected; becomes the connection's, or is disposed.</param>
    /// <param name="wait">For that socket; is kept and disposed with it. Null: .NET waits.</param>
    /// <exception cref="LinkPinException">It has another key.</exception>
    /// <exception cref="IOException">No TLS, or the connection was lost.</exception>
    public static Task<LinkConnection> ConnectAsync(
        Socket socket, LinkKey own, KeyPin expected, CancellationToken cancellationToken, IReadWait? wait = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        return AuthenticateAsync(
            socket,
            wait,
            pin => pin == expected,
            (stream, validate) => stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = ServerName,
                    EnabledSslProtocols = Version,
                    ClientCertificateContext = own.Context,
                    AllowTlsResume = false,
                    CertificateChainPolicy = NothingLookedUp(),
                    RemoteCertificateValidationCallback = validate,
                },
                cancellationToken));
    }

    /// <summary>Server: whoever has a key of the link's kind is let in as far as its hello.</summary>
    /// <param name="socket">Accepted; becomes the connection's, or is disposed.</param>
    /// <param name="wait">For that socket; is kept and disposed with it. Null: .NET waits.</param>
    /// <exception cref="LinkPinException">It has no such key.</exception>
    /// <exception cref="IOException">No TLS, or the connection was lost.</exception>
    public static Task<LinkConnection> AcceptAsync(
        Socket socket, LinkKey own, CancellationToken cancellationToken, IReadWait? wait = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        return AuthenticateAsync(
            socket,
            wait,
            pin => pin is not null,
            (stream, validate) => stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    EnabledSslProtocols = Version,
                    ServerCertificateContext = own.Context,
                    ClientCertificateRequired = true,
                    AllowTlsResume = false,
                    CertificateChainPolicy = NothingLookedUp(),
                    RemoteCertificateValidationCallback = validate,
                },
                cancellationToken));
    }

    private static async Task<LinkConnection> AuthenticateAsync(
        Socket socket, IReadWait? wait, Predicate<KeyPin?> accepts, Func<SslStream, RemoteCertificateValidationCallback, Task> authenticate)
    {
        ArgumentNullException.ThrowIfNull(socket);
        KeyPin? found = null;
        bool refused = false;
        SslStream? stream = null;
        try
        {
            socket.NoDelay = true;
            socket.SetRawSocketOption(IpProtoTcp, TcpThinLinearTimeouts, BitConverter.GetBytes(1));
#pragma warning disable CA2000 // It becomes the connection's, or is disposed below.
            var below = wait is null ? null : new PromptStream(socket, wait);
            stream = new SslStream((Stream?)below ?? new NetworkStream(socket, ownsSocket: true));
#pragma warning restore CA2000
            await authenticate(stream, (_, certificate, _, _) => !(refused = !accepts(found = PinOf(certificate))));
            var connection = new LinkConnection(socket, below, stream, found!.Value);
            stream = null;
            return connection;
        }
        catch (AuthenticationException e) when (!refused)
        {
            throw new LinkFormatException($"no TLS of the link's kind: {e.Message}", e);
        }
        catch (AuthenticationException)
        {
            throw new LinkPinException(found);
        }
        catch (CryptographicException e)
        {
            throw new LinkFormatException($"its certificate is none: {e.Message}", e);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new LinkClosedException(e.Message, e);
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync();
            else if (found is null)
            {
                wait?.Dispose();
                socket.Dispose();
            }
        }
    }

    private static KeyPin? PinOf(X509Certificate? certificate) =>
        certificate is X509Certificate2 whole && KeyPin.TryCreate(whole, out KeyPin pin) ? pin : null;

    // .NET builds a chain before it asks us: without this it would look for issuers in the network, and for revocations.
    private static X509ChainPolicy NothingLookedUp() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
        VerificationTimeIgnored = true,
    };
}
