using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

public sealed class DescriptorEventsTests : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);
    private readonly DescriptorEvents _events = DescriptorEvents.Open();

    [Fact]
    public async Task Data_is_no_hang_up_and_stays_for_whoever_reads()
    {
        using Connection pair = await Connection.OpenAsync(Cancellation);
        Task hangUp = _events.WaitForHangUpAsync(pair.Near.SafeHandle, Cancellation);
        await pair.Far.SendAsync("hello"u8.ToArray(), Cancellation);
        Assert.True(pair.Near.Poll(s_deadline, SelectMode.SelectRead));
        Assert.False(hangUp.IsCompleted);
        Assert.Equal(5, pair.Near.Available);

        pair.Far.Shutdown(SocketShutdown.Send);
        await hangUp.WaitAsync(s_deadline, Cancellation);
        Assert.Equal(5, pair.Near.Available);
    }

    [Fact]
    public async Task A_reset_is_a_hang_up()
    {
        using Connection pair = await Connection.OpenAsync(Cancellation);
        Task hangUp = _events.WaitForHangUpAsync(pair.Near.SafeHandle, Cancellation);
        pair.Far.LingerState = new LingerOption(true, 0);
        pair.Far.Dispose();
        await hangUp.WaitAsync(s_deadline, Cancellation);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_begun_again()
    {
        using Connection pair = await Connection.OpenAsync(Cancellation);
        using var cancel = new CancellationTokenSource();
        Task first = _events.WaitForHangUpAsync(pair.Near.SafeHandle, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(s_deadline, Cancellation));

        Task second = _events.WaitForHangUpAsync(pair.Near.SafeHandle, Cancellation);
        pair.Far.Dispose();
        await second.WaitAsync(s_deadline, Cancellation);
    }

    [Fact]
    public async Task Waits_end_when_it_is_disposed()
    {
        using Connection pair = await Connection.OpenAsync(Cancellation);
        Task wait = _events.WaitForHangUpAsync(pair.Near.SafeHandle, Cancellation);
        _events.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(s_deadline, Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _events.WaitForHangUpAsync(pair.Near.SafeHandle, Cancellation));
    }

    [Fact]
    public async Task The_closing_of_a_watched_file_is_news_and_its_opening_is_not()
    {
        string path = Path.GetTempFileName();
        try
        {
            await using FileStream open = File.OpenRead(path);
            using var watch = FileCloseWatch.Open([path, "/nowhere/ttyACM0"]);
            Task closed = watch.WaitAsync(_events, Cancellation);
            await using FileStream another = File.OpenRead(path);
            Assert.False(closed.IsCompleted);
            await open.DisposeAsync();
            await closed.WaitAsync(s_deadline, Cancellation);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Dispose() => _events.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed record Connection(Socket Near, Socket Far) : IDisposable
    {
        public static async Task<Connection> OpenAsync(CancellationToken cancellationToken)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
#pragma warning disable CA2000 // The connection owns it.
            var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
#pragma warning restore CA2000
            await far.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
            return new Connection(await listener.AcceptAsync(cancellationToken), far);
        }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
        }
    }
}
