using System.Buffers.Binary;
using System.Collections.Concurrent;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Pis;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// A Pi that has the right key and says what it likes: each time the host knows what to tell, soon, and nothing stays open.
/// </summary>
public sealed class HostilePiTests
{
    private static readonly byte[] s_noDevices = [.. DeviceListReply.Encode([])];

    [Fact]
    public async Task A_wrong_pin_is_told_as_such_and_the_Pi_is_told_nothing()
    {
        using LinkKey other = LinkKey.Create();
        await using var pi = new PlayedPi(static (_, _, _) => Task.CompletedTask, other.Pin);
        AttachEvent.PiSilent silent = Assert.IsType<AttachEvent.PiSilent>(await pi.SaidAsync());
        Assert.Equal((LinkRefusalText.WrongPin, PiSilenceKind.NotLetIn), (silent.Reason, silent.Manner));
        Assert.Equal(0, pi.Hellos);
    }

    [Theory]
    [InlineData(RefusalReason.OtherMajor)]
    [InlineData(RefusalReason.NotEnrolled)]
    [InlineData(RefusalReason.UnknownToken)]
    [InlineData(RefusalReason.TokenSpent)]
    [InlineData(RefusalReason.Revoked)]
    [InlineData(RefusalReason.TooManyKeys)]
    [InlineData(RefusalReason.UnknownPurpose)]
    [InlineData((RefusalReason)999)]
    public async Task Each_refusal_is_told_in_its_own_words(RefusalReason no)
    {
        await using var pi = new PlayedPi((connection, _, stop) => RefuseAsync(connection, no, stop));
        AttachEvent.PiSilent silent = Assert.IsType<AttachEvent.PiSilent>(await pi.SaidAsync());
        Assert.Equal((LinkRefusalText.Of(no, ProtocolVersion.Current), PiSilenceKind.NotLetIn), (silent.Reason, silent.Manner));
    }

    [Theory]
    [InlineData("no list", "")]
    [InlineData("100 KiB of noise", "")]
    [InlineData("a list that is cut short", "")]
    [InlineData("another frame", "Data")]
    [InlineData("nothing but pings", "does not say what it has")]
    [InlineData("silence", "does not say what it has")]
    [InlineData("goodbye", "connection")]
    public async Task A_Pi_that_lets_us_in_and_does_not_say_what_it_has_is_silent_with_a_reason(string what, string said)
    {
        await using var pi = new PlayedPi((connection, hello, stop) => MisbehaveAsync(connection, hello, what, stop));
        AttachEvent.PiSilent silent = Assert.IsType<AttachEvent.PiSilent>(await pi.SaidAsync());
        Assert.Contains(said, silent.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(silent.Reason);
        // In doubt for 5 s, with an attempt each half second at most: it is not asked as fast as the network can.
        Assert.InRange(pi.Hellos, 1, 30);
        Assert.InRange(pi.Open, 0, 4);
    }

    [Theory]
    [InlineData("a welcome of another epoch", "another connection")]
    [InlineData("a welcome of a later epoch", "epoch is 2")]
    [InlineData("a window that is wider than ours", "window is")]
    [InlineData("a window that holds no message", "room for one message is 4096")]
    [InlineData("a number from the future", "next expected number is 2")]
    [InlineData("noise for a welcome", "length")]
    [InlineData("noise for the first message", "version")]
    [InlineData("a no for the first message", "")]
    [InlineData("goodbye", "connection")]
    public async Task A_session_that_begins_with_what_cannot_be_comes_to_nothing_and_stays_nowhere(string what, string said)
    {
        await using var pi = new PlayedPi((connection, hello, stop) => hello.Purpose == HelloPurpose.Control
            ? ControlAsync(connection, hello, stop)
            : BeginBadlyAsync(connection, hello, what, stop));
        Assert.IsType<AttachEvent.PiAnswered>(await pi.SaidAsync());
        var opener = new LinkCarrierOpener(_ => pi.Link, TimeProvider.System, pi.Timers);
        var request = new AttachRequest(pi.Options, BusId.Parse("1-1"), default, IsKnown: true) { Hold = TimeSpan.FromMinutes(1) };
        IOException told = await Assert.ThrowsAnyAsync<IOException>(
            () => opener.OpenAsync(request, static _ => { }, RawHost.Cancelled).WaitAsync(RawHost.Deadline, RawHost.Cancelled));
        Assert.Contains(said, told.Message, StringComparison.OrdinalIgnoreCase);
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        // The control connection alone.
        while (pi.Open > 1) await Task.Delay(10, deadline.Token);
    }

    [Fact]
    public async Task A_radio_that_waits_for_its_Pi_does_not_wait_for_ever_because_one_connection_came_to_nothing()
    {
        int controls = 0;
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            bool isFirst = hello.Purpose == HelloPurpose.Control && Interlocked.Increment(ref controls) == 1;
            if (!isFirst) await ControlAsync(connection, hello, stop);
            else await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        });
        Hello session = pi.Link.Own.Hello with { Epoch = 1, Subject = "1-1", Purpose = HelloPurpose.Session };
        PiConnection connected = await pi.Link.ConnectAsync(() => session, RawHost.Deadline, RawHost.Cancelled)
            .WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        await connected.Connection.DisposeAsync();
        Assert.True(controls > 1);
    }

    [Fact]
    public async Task Radios_connect_once_it_is_known_what_the_Pi_has_and_not_before()
    {
        var order = new ConcurrentQueue<string>();
        await using var pi = new PlayedPi(async (connection, hello, stop) =>
        {
            if (hello.Purpose == HelloPurpose.Control)
            {
                await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
                // Time enough for a radio that does not wait.
                await Task.Delay(TimeSpan.FromSeconds(0.5), stop);
                order.Enqueue("list");
                await PlayedPi.SayAsync(connection, FrameType.Offers, s_noDevices, stop);
                await PingAsync(connection, stop);
            }
            order.Enqueue("radio");
            await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        });
        Hello session = pi.Link.Own.Hello with { Epoch = 1, Subject = "1-1", Purpose = HelloPurpose.Session };
        PiConnection connected = await pi.Link.ConnectAsync(() => session, RawHost.Deadline, RawHost.Cancelled)
            .WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        await connected.Connection.DisposeAsync();
        Assert.Equal(["list", "radio"], order);
    }

    private static async Task ControlAsync(LinkConnection connection, Hello hello, CancellationToken stop)
    {
        await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        await PlayedPi.SayAsync(connection, FrameType.Offers, s_noDevices, stop);
        await PingAsync(connection, stop);
    }

    private static async Task MisbehaveAsync(LinkConnection connection, Hello hello, string what, CancellationToken stop)
    {
        await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        switch (what)
        {
            case "no list":
                await PlayedPi.SayAsync(connection, FrameType.Offers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], stop);
                break;
            case "100 KiB of noise":
                byte[] noise = new byte[100 * 1024];
                new Random(1).NextBytes(noise);
                s_noDevices.CopyTo(noise, 0);
                BinaryPrimitives.WriteInt32BigEndian(noise.AsSpan(8), 400);
                await PlayedPi.SayAsync(connection, FrameType.Offers, noise, stop);
                break;
            case "a list that is cut short":
                byte[] many = [.. s_noDevices];
                BinaryPrimitives.WriteInt32BigEndian(many.AsSpan(8), 3);
                await PlayedPi.SayAsync(connection, FrameType.Offers, many, stop);
                break;
            case "another frame":
                await PlayedPi.SayAsync(connection, FrameType.Data, new byte[20], stop);
                break;
            case "nothing but pings":
                await PingAsync(connection, stop);
                return;
            case "goodbye":
                await connection.EndSendingAsync();
                return;
            default:
                break;
        }
        await Handshake.WaitForEndAsync(connection, stop);
    }

    private static async Task BeginBadlyAsync(LinkConnection connection, Hello hello, string what, CancellationToken stop)
    {
        var right = new Welcome { Epoch = hello.Epoch, Window = hello.Window };
        Welcome? wrong = what switch
        {
            "a welcome of another epoch" => right with { Epoch = 0 },
            "a welcome of a later epoch" => right with { Epoch = hello.Epoch + 1 },
            "a window that is wider than ours" => right with { Window = new LinkWindow(65_536, 16 * 1024 * 1024) },
            "a window that holds no message" => right with { Window = new LinkWindow(16, 4096) },
            "a number from the future" => right with { NextExpected = 2 },
            "noise for a welcome" => null,
            _ => right,
        };
        if (wrong is not null) await Handshake.WelcomeAsync(connection, wrong, stop);
        else await connection.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop);
        switch (what)
        {
            case "noise for the first message":
                await connection.SendAsync(RawSession.Data(1, 0, new byte[ImportReply.Size]), stop);
                break;
            case "a no for the first message":
                byte[] no = new byte[ImportReply.Size];
                (no[0], no[1], no[3], no[7]) = (0x01, 0x11, 0x03, 1);
                await connection.SendAsync(RawSession.Data(1, 0, no), stop);
                break;
            case "goodbye":
                return;
            default:
                break;
        }
        await Handshake.WaitForEndAsync(connection, stop);
    }

    private static async Task PingAsync(LinkConnection connection, CancellationToken stop)
    {
        byte[] ping = new byte[PingFrame.Size];
        new PingFrame(1).Write(ping, FrameType.Ping);
        while (true)
        {
            await connection.SendAsync(ping, stop);
            await Task.Delay(TimeSpan.FromSeconds(0.5), stop);
        }
    }

    private static async Task RefuseAsync(LinkConnection connection, RefusalReason no, CancellationToken stop)
    {
        await Handshake.RefuseAsync(connection, no, stop);
        await Handshake.WaitForEndAsync(connection, stop);
    }
}
