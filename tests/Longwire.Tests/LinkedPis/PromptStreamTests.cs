using System.Net;
using System.Net.Sockets;
using Longwire.Link.Tls;
using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>Connections for which .NET does not wait, beside what <see cref="LinkedPi"/> shows of them.</summary>
public sealed class PromptStreamTests : IAsyncLifetime
{
    private readonly LinkKey _near = LinkKey.Create(), _far = LinkKey.Create();
    private LinkConnection _here = null!, _there = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
#pragma warning disable CA2000 // The connections have them.
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        PromptRead wait = PromptRead.TryOf(client)!;
#pragma warning restore CA2000
        await wait.ConnectAsync(client, (IPEndPoint)listener.LocalEndPoint!, RawHost.Cancelled);
        Socket server = await listener.AcceptAsync(RawHost.Cancelled);
#pragma warning disable CA2025 // The connection that it makes is disposed with the test.
        Task<LinkConnection> accepting = LinkTls.AcceptAsync(server, _far, RawHost.Cancelled, PromptRead.TryOf(server));
#pragma warning restore CA2025
        _here = await LinkTls.ConnectAsync(client, _near, _far.Pin, RawHost.Cancelled, wait).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        _there = await accepting.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task What_does_not_go_out_at_once_waits_and_arrives_whole()
    {
        byte[] much = new byte[16 * 1024 * 1024], read = new byte[much.Length];
        new Random(1).NextBytes(much);
        Task sending = _here.SendAsync(much, RawHost.Cancelled).AsTask();
        Assert.False(sending.IsCompleted);
        _there.BePrompt();
        for (int have = 0; have < read.Length;) have += await ReadAsync(read.AsMemory(have));
        await sending.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Equal(much, read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_and_writes_under_way_end_with_the_connection(bool isPrompt)
    {
        if (isPrompt) _here.BePrompt();
        Task reading = _here.ReceiveAsync(new byte[1], RawHost.Cancelled).AsTask();
        Task sending = _here.SendAsync(new byte[16 * 1024 * 1024], RawHost.Cancelled).AsTask();
        Assert.False(reading.IsCompleted || sending.IsCompleted);
        _here.Abort();
        foreach (Task ended in (Task[])[reading, sending])
        {
            Exception? e = await Record.ExceptionAsync(() => ended.WaitAsync(RawHost.Deadline, RawHost.Cancelled));
            Assert.True(e is IOException or ObjectDisposedException, $"{e}");
        }
        // With a reset: what the kernel had is not delivered behind it.
        Exception? there = await Record.ExceptionAsync(async () =>
        {
            byte[] rest = new byte[64 * 1024];
            while (await ReadAsync(rest) > 0)
            {
            }
        });
        var cause = Assert.IsType<SocketException>(Assert.IsType<IOException>(there).InnerException);
        Assert.Equal(SocketError.ConnectionReset, cause.SocketErrorCode);
    }

    [Fact]
    public async Task A_connection_that_is_refused_is_told_as_such_and_one_that_is_not_answered_ends_with_the_patience()
    {
        using var refused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (PromptRead wait = PromptRead.TryOf(refused)!)
        {
            SocketException no = await Assert.ThrowsAsync<SocketException>(
                () => wait.ConnectAsync(refused, new IPEndPoint(IPAddress.Loopback, 1), RawHost.Cancelled));
            Assert.Equal(SocketError.ConnectionRefused, no.SocketErrorCode);
        }
        using var patience = new CancellationTokenSource();
        Task reading = _here.ReceiveAsync(new byte[1], patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(RawHost.Deadline, RawHost.Cancelled));
    }

    private async Task<int> ReadAsync(Memory<byte> buffer) =>
        await _there.ReceiveAsync(buffer, RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);
}
