using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Platform;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class AcceptorTests
{
    private readonly StepByStep _time = new();
    private readonly List<string?> _told = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stays_wrong_is_told_once_and_that_it_is_over_too()
    {
        using Socket listener = Broken();
        Task<Socket> next = AcceptorOf(listener).AcceptAsync(Cancelled);
        await FailAsync(Acceptor.ToldAfter);
        Assert.NotNull(Assert.Single(_told));
        _time.Step();
        await FailAsync(Acceptor.ToldAfter);
        using Socket client = await MendAndConnectAsync(listener);
        _time.Step();
        using Socket accepted = await next;
        Assert.Equal(client.LocalEndPoint, accepted.RemoteEndPoint);
        Assert.Equal(2, _told.Count);
        Assert.Null(_told[1]);
    }

    [Fact]
    public async Task What_goes_wrong_for_a_moment_is_not_told()
    {
        using Socket listener = Broken();
        Task<Socket> next = AcceptorOf(listener).AcceptAsync(Cancelled);
        await FailAsync(Acceptor.ToldAfter - 1);
        using Socket client = await MendAndConnectAsync(listener);
        _time.Step();
        using Socket accepted = await next;
        Assert.Empty(_told);
    }

    private Acceptor AcceptorOf(Socket listener) => new(listener, _time, _told.Add);

    // Until it waits after so many failures.
    private async Task FailAsync(int times)
    {
        for (int failed = 1; ; failed++)
        {
            await _time.WaitedForAsync(Cancelled);
            if (failed == times) return;
            _time.Step();
        }
    }

    // What is shut down accepts nobody, and says so at every try.
    private static Socket Broken()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        listener.Shutdown(SocketShutdown.Both);
        return listener;
    }

    private static async Task<Socket> MendAndConnectAsync(Socket listener)
    {
        listener.Listen();
        // It has another port now, which only the kernel knows.
        using var handle = new SafeSocketHandle(listener.Handle, ownsHandle: false);
        using var again = new Socket(handle);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(again.LocalEndPoint!, Cancelled);
        return client;
    }

    private sealed class StepByStep : TimeProvider
    {
        private readonly FakeTimeProvider _byHand = new();
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = _byHand.CreateTimer(callback, state, dueTime, period);
            _waits.Writer.TryWrite(dueTime);
            return timer;
        }

        public async Task WaitedForAsync(CancellationToken cancellationToken) =>
            Assert.Equal(Acceptor.Again, await _waits.Reader.ReadAsync(cancellationToken));

        public void Step() => _byHand.Advance(Acceptor.Again);
    }
}
