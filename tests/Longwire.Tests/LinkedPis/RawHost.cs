using System.Net;
using System.Net.Sockets;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A host with a key of its own that says what it likes, frame by frame.</summary>
internal sealed class RawHost(LinkedPi pi) : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public LinkKey Key { get; } = LinkKey.Create();

    public TimerThread Timers { get; } = new("raw host timers");

    /// <summary>As good as any host's, but for what a test changes.</summary>
    public Hello Hello { get; } = new()
    {
        Instance = InstanceNonce.Create(), StartCounter = 1, Name = "raw", Hold = TimeSpan.FromMinutes(1), Subject = LinkedPi.Stick,
        SessionId = SessionId.Create(), Epoch = 1,
    };

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>To the port of a Pi, before anything is said.</summary>
    public static async Task<Socket> DialAsync(int port, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (from is not null) socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancelled);
        return socket;
    }

    public async Task EnrolAsync()
    {
        PairingToken token = (await pi.PairAsync(await pi.PortAsync())).Token;
        Assert.Equal(RefusalReason.None, pi.Enrolment.Judge(Key.Pin, token, "raw"));
    }

    public async Task<LinkConnection> ConnectAsync() =>
#pragma warning disable CA2000 // The connection has it.
        await LinkTls.ConnectAsync(await DialAsync(await pi.PortAsync()), Key, pi.Key.Pin, Cancelled).WaitAsync(Deadline, Cancelled);
#pragma warning restore CA2000

    /// <returns>None: it was welcomed, and has left.</returns>
    public async Task<RefusalReason> AskAsync(Hello hello)
    {
        await using LinkConnection connection = await ConnectAsync();
        return await VerdictAsync(connection, hello);
    }

    public static async Task<RefusalReason> VerdictAsync(LinkConnection connection, Hello hello)
    {
        try
        {
            await Handshake.AskAsync(connection, hello, Cancelled).WaitAsync(Deadline, Cancelled);
            return RefusalReason.None;
        }
        catch (LinkRefusedException e)
        {
            return e.Refusal.Reason;
        }
    }

    public void Dispose()
    {
        Timers.Dispose();
        Key.Dispose();
    }
}
