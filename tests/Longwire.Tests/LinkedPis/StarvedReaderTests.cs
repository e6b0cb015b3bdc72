using System.Net;
using System.Net.Sockets;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Testing;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// A process whose threads do not come to run. What lies in its socket was said, so the other side is there. The reader is held up here by
/// its handler: for the pump that is no different from a pool that has no thread for it.
/// </summary>
public sealed class StarvedReaderTests : IAsyncLifetime
{
    private readonly LinkKey _near = LinkKey.Create(), _far = LinkKey.Create();
    private readonly SteppedClock _clock = new();
    private readonly HeldUp _handler = new();
    private LinkConnection _here = null!, _there = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
#pragma warning disable CA2000 // The connections have them.
        Socket client = await RawHost.DialAsync(((IPEndPoint)listener.LocalEndPoint!).Port);
#pragma warning restore CA2000
        Socket server = await listener.AcceptAsync(RawHost.Cancelled);
#pragma warning disable CA2025 // The connection that it makes is disposed with the test.
        Task<LinkConnection> accepting = LinkTls.AcceptAsync(server, _far, RawHost.Cancelled);
#pragma warning restore CA2025
        _here = await LinkTls.ConnectAsync(client, _near, _far.Pin, RawHost.Cancelled).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        _there = await accepting.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _handler.Dispose();
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public async Task What_is_due_at_the_least_of_all_times_is_due_at_once_and_ends_nobody()
    {
        _handler.LeftDue = 3;
        var pump = new FramePump(_here, _handler, _clock, _clock.GetTimestamp());
        Task<LossCause> running = pump.RunAsync();
        pump.Send();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(running.IsCompleted);
        Assert.True(_handler.LeftDue < 0);
        pump.End(new LossCause(LossKind.Ended, "enough"));
        Assert.Equal(LossKind.Ended, (await running.WaitAsync(RawHost.Deadline, RawHost.Cancelled)).Kind);
    }

    [Fact]
    public async Task A_connection_is_not_lost_while_something_lies_in_its_socket_that_nobody_could_read()
    {
        var pump = new FramePump(_here, _handler, _clock, _clock.GetTimestamp());
        Task<LossCause> running = pump.RunAsync();
        await SayAsync();
        await _handler.Entered.Task.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        // The reader is held up; this is what it cannot read.
        await SayAsync();
        await UntilAsync(() => _here.HasUnread);
        _clock.Advance(TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(running.IsCompleted);

        // Of a connection that was given up meanwhile it would not be heard any more.
        _handler.GoOn.Set();
        await UntilAsync(() => _handler.Frames == 2);
        Assert.False(running.IsCompleted);
        // And one that says nothing is lost as ever.
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!running.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            _clock.Advance(LinkTimers.LostAfter);
            await Task.WhenAny(running, Task.Delay(20, deadline.Token));
        }
        Assert.Equal(LossKind.Silent, (await running).Kind);
    }

    [Fact]
    public async Task Its_timers_run_out_though_the_thread_pool_has_nobody_to_run_them()
    {
        using var timers = new TimerThread("starved timers");
        var fired = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ITimer timer = timers.CreateTimer(
            _ => fired.TrySetResult(Thread.CurrentThread.IsThreadPoolThread),
            null,
            TimeSpan.FromMilliseconds(10),
            Timeout.InfiniteTimeSpan);
        Assert.False(await fired.Task.WaitAsync(RawHost.Deadline, RawHost.Cancelled));
    }

    private async Task SayAsync()
    {
        byte[] ack = new byte[AckFrame.Size];
        new AckFrame(1).Write(ack);
        await _there.SendAsync(ack, RawHost.Cancelled);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!condition()) await Task.Delay(5, deadline.Token);
    }

    private sealed class HeldUp : IFrameHandler, IDisposable
    {
        private int _frames;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ManualResetEventSlim GoOn { get; } = new();
        public int Frames => Volatile.Read(ref _frames);

        /// <summary>So many times something is due at once.</summary>
        public int LeftDue { get; set; }

        public TimeSpan? NextDue => LeftDue-- > 0 ? TimeSpan.MinValue : null;
        public int NextFrameSize => 0;

        public void Receive(Frame frame)
        {
            Interlocked.Increment(ref _frames);
            Entered.TrySetResult();
            GoOn.Wait(RawHost.Deadline);
        }

        public void Received()
        {
        }

        public int Write(Span<byte> destination) => 0;

        public void Dispose() => GoOn.Dispose();
    }
}
