using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Testing;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// Control connections over which nobody says anything, for nobody carries a radio of that Pi. A ping's stamp is its time.
/// </summary>
public sealed class QuietPiTests
{
    private static readonly byte[] s_noDevices = [.. DeviceListReply.Encode([])];

    private readonly Channel<TimeSpan> _pings = Channel.CreateUnbounded<TimeSpan>();
    private readonly SteppedClock _clock = new();
    private readonly TimeSpan _start;

    public QuietPiTests() => _start = _clock.GetElapsedTime(0);

    [Fact]
    public async Task A_Pi_that_agrees_is_pinged_rarely_while_no_radio_of_it_is_carried()
    {
        await using PlayedPi pi = await ConnectAsync(LinkTimers.QuietPing);
        for (int i = 0; i < 3; i++) _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(30), await PingAsync());
    }

    [Fact]
    public async Task While_a_radio_of_it_is_carried_it_is_pinged_at_once_and_then_each_second()
    {
        await using PlayedPi pi = await ConnectAsync(LinkTimers.QuietPing);
        _clock.Advance(TimeSpan.FromSeconds(20));
        using (pi.Link.Attend())
        {
            Assert.Equal(TimeSpan.FromSeconds(20), await PingAsync());
            using (pi.Link.Attend())
            {
            }
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.FromSeconds(21), await PingAsync());
        }
        // All of a clock are pinged at one time.
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(30), await PingAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_Pi_that_knows_nothing_of_it_is_pinged_each_second(int milliseconds)
    {
        await using PlayedPi pi = await ConnectAsync(TimeSpan.FromMilliseconds(milliseconds));
        for (int second = 1; second < 5; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.FromSeconds(second), await PingAsync());
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(30_000, 30_000)]
    [InlineData(3_600_000, 600_000)]
    public async Task A_Pi_says_for_how_long_a_host_may_be_quiet(int asked, int agreed)
    {
        await using var pi = new LinkedPi();
        using var host = new RawHost(pi);
        await host.EnrolAsync();
        await using LinkConnection connection = await host.ConnectAsync();
        Hello hello = host.Hello with { Purpose = HelloPurpose.Control, Quiet = TimeSpan.FromMilliseconds(asked) };
        Welcome welcome = await Handshake.AskAsync(connection, hello, RawHost.Cancelled).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        Assert.Equal(TimeSpan.FromMilliseconds(agreed), welcome.Quiet);
    }

    [Theory]
    [InlineData(SocketError.TimedOut, LossKind.Silent)]
    [InlineData(SocketError.HostUnreachable, LossKind.Silent)]
    [InlineData(SocketError.ConnectionReset, LossKind.Closed)]
    public void A_silence_that_the_kernel_has_found_out_is_told_as_such(SocketError error, LossKind kind)
    {
        var inner = new SocketException((int)error);
        Assert.Equal(kind, LossCause.Of(new IOException("the stream", inner)).Kind);
        Assert.Equal(kind, LossCause.Of(inner).Kind);
    }

    // It says nothing but what it has, and pongs.
    private async Task<PlayedPi> ConnectAsync(TimeSpan quiet)
    {
        var pi = new PlayedPi(
            async (connection, hello, stop) =>
            {
                Assert.Equal(LinkTimers.QuietPing, hello.Quiet);
                await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch, Quiet = quiet }, stop);
                await PlayedPi.SayAsync(connection, FrameType.Offers, s_noDevices, stop);
                await AnswerAsync(connection, stop);
            },
            timers: _clock);
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        return pi;
    }

    private async Task AnswerAsync(LinkConnection connection, CancellationToken stop)
    {
        byte[] frame = new byte[PingFrame.Size];
        while (true)
        {
            for (int have = 0; have < frame.Length;)
            {
                int read = await connection.ReceiveAsync(frame.AsMemory(have), stop);
                if (read == 0) return;
                have += read;
            }
            Assert.True(Frame.TryRead(frame, Frame.MaxLength, out Frame ping));
            Assert.Equal(FrameType.Ping, ping.Type);
            ulong stamp = PingFrame.Parse(ping.Body).Stamp;
            new PingFrame(stamp).Write(frame, FrameType.Pong);
            await connection.SendAsync(frame, stop);
            _pings.Writer.TryWrite(new TimeSpan((long)stamp) - _start);
        }
    }

    private async Task<TimeSpan> PingAsync() =>
        await _pings.Reader.ReadAsync(RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);
}
