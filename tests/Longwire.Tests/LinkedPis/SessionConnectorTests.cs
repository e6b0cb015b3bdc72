using System.Net;
using System.Net.Sockets;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A session that goes ahead of the control connection, where a Pi takes long for a handshake.</summary>
public sealed class SessionConnectorTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LinkKey _key = LinkKey.Create();
    private readonly TcpListener _pi = new(IPAddress.Loopback, 0);

    public SessionConnectorTests() => _pi.Start();

    public void Dispose()
    {
        _pi.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Where_the_control_connection_stands_it_goes_at_once_if_somebody_else_has_taken_it_and_hangs()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var sessions = new SessionConnector(new PiConnector(_key, _key.Pin, _time), _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(RawHost.Cancelled);
        Task<PiConnection> radio = sessions.ReconnectAsync(
            static () => new Hello { Purpose = HelloPurpose.Session }, LinkTimers.Verdict, over.Token);
        Task turn = sessions.ControlTaken((IPEndPoint)other.LocalEndpoint);
        using Socket hangs = await AcceptAsync(other);
        // Whoever answers there is not held up by that.
        Assert.True(sessions.ControlTaken((IPEndPoint)_pi.LocalEndpoint).IsCompleted);
        // The clock stands still.
        sessions.ControlStands((IPEndPoint)_pi.LocalEndpoint);
        using Socket there = await AcceptAsync(_pi);
        await turn.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => radio);
    }

    [Fact]
    public async Task It_leaves_the_place_to_the_next_control_connection_and_does_not_go_ahead_again_before_one_stands()
    {
        var sessions = new SessionConnector(new PiConnector(_key, _key.Pin, _time), _time);
        var at = (IPEndPoint)_pi.LocalEndpoint;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(RawHost.Cancelled);
        Task<PiConnection> radio = sessions.ReconnectAsync(
            static () => new Hello { Purpose = HelloPurpose.Session }, LinkTimers.Verdict, over.Token);
        Task turn = sessions.ControlTaken(at);
        using (Socket ahead = await AcceptAsync(_pi))
        {
            // It has said hello, in TLS, and the Pi computes.
            byte[] bytes = new byte[4096];
            Assert.NotEqual(0, await ReadAsync(ahead, bytes));
            // After a cut more than one attempt is taken at once.
            Task another = sessions.ControlTaken(at);
            Assert.False(turn.IsCompleted || another.IsCompleted);
            _time.Advance(LinkTimers.BesideTaken);
            Assert.Equal(0, await ReadAsync(ahead, bytes));
            await Task.WhenAll(turn, another).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        }
        // It waits for nobody who takes anything any more, so this is nothing to it; a dial would be there before the next.
        Assert.True(sessions.ControlTaken(at).IsCompleted);
        sessions.ControlStands(at);
        using Socket inItsTurn = await AcceptAsync(_pi);
        Assert.False(_pi.Pending());
        Assert.False(radio.IsCompleted);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => radio);
    }

    private static async Task<Socket> AcceptAsync(TcpListener listener) =>
        await listener.AcceptSocketAsync(RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);

    // A reset is an end, too.
    private static async Task<int> ReadAsync(Socket socket, byte[] bytes)
    {
        try
        {
            return await socket.ReceiveAsync(bytes, RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
