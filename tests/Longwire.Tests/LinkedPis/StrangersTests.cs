using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>Who connects to a Pi and is not let in.</summary>
public sealed class StrangersTests : IAsyncLifetime
{
    private readonly LinkedPi _pi = new();
    private readonly RawHost _host;

    public StrangersTests() => _host = new RawHost(_pi);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(_pi.Log.Lines, line => line.Contains("fault of ours", StringComparison.Ordinal));
        await _pi.DisposeAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task Each_reason_is_told_by_its_own_refusal()
    {
        Hello control = _host.Hello with { Purpose = HelloPurpose.Control };
        Assert.Equal(RefusalReason.NotEnrolled, await _host.AskAsync(control));
        PairingToken token = (await _pi.PairAsync(1)).Token;
        Assert.Equal(RefusalReason.UnknownToken, await _host.AskAsync(control with { Token = PairingToken.Create() }));
        Assert.Equal(RefusalReason.None, await _host.AskAsync(control with { Token = token }));
        using var other = new RawHost(_pi);
        Assert.Equal(RefusalReason.TokenSpent, await other.AskAsync(control with { Token = token }));
        Assert.Equal(RefusalReason.UnknownPurpose, await _host.AskAsync(_host.Hello with { Purpose = (HelloPurpose)9 }));
        Assert.Equal(RefusalReason.UnknownSubject, await _host.AskAsync(_host.Hello with { Subject = "no bus id" }));
        Assert.Equal(
            RefusalReason.OtherMajor, await _host.AskAsync(control with { Version = new ProtocolVersion(2, 0), Token = token }));
        Revoke(_host.Key.Pin);
        Assert.Equal(RefusalReason.Revoked, await _host.AskAsync(control));
    }

    [Fact]
    public async Task A_host_that_is_revoked_while_it_is_connected_loses_what_it_has()
    {
        await _pi.PlugAsync();
        await _host.EnrolAsync();
        await using var session = new RawSession(_host, _host.Hello);
        await session.OpenAsync();
        await session.SpeakAsync();
        LinkConnection connection = await _host.ConnectAsync();
        Assert.Equal(RefusalReason.None, await RawHost.VerdictAsync(connection, _host.Hello with { Purpose = HelloPurpose.Control }));
        await using var control = new RawConnection(connection, _host.Timers);

        Revoke(_host.Key.Pin);

        Assert.Equal(EndReason.Revoked, await session.EndAsync());
        await control.Lost.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Equal(RefusalReason.Revoked, await _host.AskAsync(session.Next));
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("P-384")]
    [InlineData("none")]
    [InlineData("TLS 1.2")]
    public async Task Whoever_has_no_key_of_the_links_kind_gets_no_word(string kind)
    {
        using X509Certificate2? certificate = Certificate(kind);
#pragma warning disable CA2000 // The stream has it.
        await using var stream = new SslStream(new NetworkStream(await RawHost.DialAsync(await _pi.PortAsync()), ownsSocket: true));
#pragma warning restore CA2000
        byte[] answer = new byte[1];
        int read = 0;
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "longwire",
#pragma warning disable CA5398, CA5359 // That is what is tried: a stranger with an old version, who trusts anybody.
                    EnabledSslProtocols = kind == "TLS 1.2" ? SslProtocols.Tls12 : SslProtocols.Tls13,
                    ClientCertificates = certificate is null ? null : [certificate],
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5398, CA5359
                },
                RawHost.Cancelled).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
            byte[] hello = new byte[_host.Hello.Size];
            _host.Hello.Write(hello);
            await stream.WriteAsync(hello, RawHost.Cancelled);
            read = await stream.ReadAsync(answer, RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Where it ends depends on who is faster.
        }
        Assert.Equal(0, read);
        await HasSaidAsync("does not speak the link's protocol");
    }

    [Fact]
    public async Task Whoever_speaks_no_TLS_is_sent_away()
    {
        using Socket socket = await RawHost.DialAsync(await _pi.PortAsync());
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), RawHost.Cancelled);
        await HasSaidAsync("does not speak the link's protocol");
    }

    [Fact]
    public async Task Of_the_control_connections_of_one_host_two_stay()
    {
        await _host.EnrolAsync();
        var connections = new List<RawConnection>();
        for (int i = 0; i < 4; i++)
        {
            LinkConnection connection = await _host.ConnectAsync();
            Assert.Equal(RefusalReason.None, await RawHost.VerdictAsync(connection, _host.Hello with { Purpose = HelloPurpose.Control }));
            connections.Add(new RawConnection(connection, _host.Timers));
            // It has its place once it is told what there is.
            Assert.Equal(FrameType.Offers, (await connections[i].HearAsync()).Type);
        }
        await Task.WhenAll(connections[0].Lost, connections[1].Lost).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.False(connections[2].Lost.IsCompleted || connections[3].Lost.IsCompleted);
        foreach (RawConnection connection in connections) await connection.DisposeAsync();
    }

    private void Revoke(KeyPin key) => new EnrolmentStore(_pi.DataFolder).Change(file => file.WithBarred(
        file.Enrolled.Single(host => host.Pin == PinText.Of(key)), Moment.Now(SysfsRoot.Machine, TimeProvider.System)));

    private async Task HasSaidAsync(string part)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!_pi.Log.Lines.Any(line => line.Contains(part, StringComparison.Ordinal))) await Task.Delay(10, deadline.Token);
    }

    private static X509Certificate2? Certificate(string kind)
    {
        if (kind == "none") return null;
        using RSA rsa = RSA.Create(2048);
        using ECDsa other = ECDsa.Create(kind == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        CertificateRequest request = kind == "RSA"
            ? new CertificateRequest("CN=host", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=host", other, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
