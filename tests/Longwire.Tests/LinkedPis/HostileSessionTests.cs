using System.Buffers.Binary;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// What is done to a session on the Pi, by others and by its owner: the session stays what it was, and the radio goes on.
/// </summary>
public sealed class HostileSessionTests : IAsyncLifetime
{
    private const string OtherStick = "1-2";

    private readonly LinkedPi _pi = new();
    private readonly RawHost _owner, _other;
    private readonly RawSession _session;

    public HostileSessionTests()
    {
#pragma warning disable CA2000 // They are the test's, and disposed with it.
        (_owner, _other) = (new RawHost(_pi), new RawHost(_pi));
#pragma warning restore CA2000
        _session = new RawSession(_owner, _owner.Hello);
    }

    public async ValueTask InitializeAsync()
    {
        await _pi.PlugAsync();
        await _owner.EnrolAsync();
        await _other.EnrolAsync();
        await _session.OpenAsync();
        await _session.SpeakAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(_pi.Log.Lines, line => line.Contains("fault of ours", StringComparison.Ordinal));
        await _session.DisposeAsync();
        await _pi.DisposeAsync();
        _owner.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Another_key_with_the_sessions_id_is_told_that_there_is_none_and_the_owner_notices_nothing()
    {
        Hello stolen = _other.Hello with { SessionId = _owner.Hello.SessionId, Epoch = 100, Resume = true };
        Assert.Equal(RefusalReason.UnknownSession, await _other.AskAsync(stolen));
        Assert.Equal(RefusalReason.InUse, await _other.AskAsync(stolen with { Resume = false }));
        Assert.False(_session.Connection.Lost.IsCompleted);
        await _session.SpeakAsync();
    }

    [Fact]
    public async Task Another_key_cannot_take_the_place_of_a_session_by_opening_one_of_the_same_id()
    {
        await _pi.PlugAsync(OtherStick, "ZW0002", "ttyACM1");
        Hello twin = _other.Hello with { SessionId = _owner.Hello.SessionId, Subject = OtherStick };
        await using var theirs = new RawSession(_other, twin);
        await theirs.OpenAsync();
        await theirs.SpeakAsync();
        // Each is resumed by its own key alone.
        await _session.ConnectAsync();
        await _session.SpeakAsync();
        await theirs.ConnectAsync();
        await theirs.SpeakAsync();
    }

    [Fact]
    public async Task An_old_epoch_is_told_so_and_the_live_connection_goes_on_whoever_stays()
    {
        await _session.ConnectAsync();
        await _session.SpeakAsync();
        await using LinkConnection late = await _owner.ConnectAsync();
        Assert.Equal(RefusalReason.OldEpoch, await RawHost.VerdictAsync(late, _session.Next with { Epoch = 1 }));
        Assert.False(_session.Connection.Lost.IsCompleted);
        await _session.SpeakAsync();
        // The one that was refused does not go; the owner does not wait for it.
        await _session.ConnectAsync();
        await _session.SpeakAsync();
    }

    [Fact]
    public async Task Numbers_that_contradict_the_session_are_refused_and_nobody_waits_for_who_said_them()
    {
        await _session.Connection.DisposeAsync();
        await using LinkConnection liar = await _owner.ConnectAsync();
        Hello lie = _session.Next with { NextExpected = _session.Taken + 1000 };
        Assert.Equal(RefusalReason.ProtocolError, await RawHost.VerdictAsync(liar, lie));
        Hello smaller = _session.Next with { Epoch = lie.Epoch + 1, Window = new LinkWindow(16, 4096) };
        Assert.Equal(RefusalReason.ProtocolError, await _owner.AskAsync(smaller));
        RefusalReason no = await _owner.AskAsync(_session.Next with { Epoch = smaller.Epoch + 1 });
        Assert.Equal(RefusalReason.None, no);
    }

    [Fact]
    public async Task A_window_that_does_not_hold_the_largest_answer_is_refused()
    {
        await _pi.PlugAsync(OtherStick, "ZW0002", "ttyACM1");
        Hello narrow = _other.Hello with { Subject = OtherStick, Window = new LinkWindow(16, 65_583) };
        while (await _other.AskAsync(narrow) is var no && no != RefusalReason.ProtocolError)
            Assert.True(no is RefusalReason.UnknownSubject or RefusalReason.NotReady, no.ToString());
        await _session.SpeakAsync();
    }

    [Theory]
    [InlineData("a number from the future")]
    [InlineData("a number that came before")]
    [InlineData("an acknowledgement of what was never sent")]
    [InlineData("an acknowledgement that goes back")]
    [InlineData("an oversized frame")]
    [InlineData("a frame of no length")]
    [InlineData("no message")]
    [InlineData("a hello twice")]
    [InlineData("a welcome")]
    public async Task A_frame_that_cannot_be_ends_the_connection_and_the_session_goes_on_after_a_resume(string what)
    {
        _session.Connection.Say(Bad(what));
        await _session.Connection.Lost.WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        await _session.ConnectAsync();
        await _session.SpeakAsync();
        Assert.Equal(1, _pi.Imports);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("an answer")]
    [InlineData("too short")]
    [InlineData("too long")]
    [InlineData("too much")]
    [InlineData("half a message")]
    public async Task USB_IP_that_does_not_fit_ends_its_session_with_a_reason_and_no_other(string what)
    {
        await _pi.PlugAsync(OtherStick, "ZW0002", "ttyACM1");
        await using var theirs = new RawSession(_other, _other.Hello with { Subject = OtherStick });
        await theirs.OpenAsync();
        await theirs.SpeakAsync();
        theirs.Say(BadUrb(what, theirs.Out()));
        Assert.Equal(EndReason.ProtocolError, await theirs.EndAsync());
        Assert.Contains(_pi.Log.Lines, line => line.Contains("broke the protocol over the stick at 1-2", StringComparison.Ordinal));
        Assert.False(_session.Connection.Lost.IsCompleted);
        await _session.SpeakAsync();
    }

    private byte[] Bad(string what)
    {
        ulong next = _session.Sent + 1;
        byte[] frame;
        switch (what)
        {
            case "a number from the future": return RawSession.Data(next + 1, _session.Taken, _session.Out());
            case "a number that came before": return RawSession.Data(next - 1, _session.Taken, _session.Out());
            case "an acknowledgement of what was never sent": return RawSession.Data(next, _session.Taken + 1000, _session.Out());
            case "an acknowledgement that goes back":
                return [.. RawSession.Data(next, _session.Taken, _session.Out()), .. RawSession.Data(next + 1, 0, _session.Out())];
            case "no message": return RawSession.Data(next, _session.Taken, []);
            case "an oversized frame":
                BinaryPrimitives.WriteInt32BigEndian(frame = new byte[Frame.HeaderSize], Frame.MaxLength + 1);
                return frame;
            case "a frame of no length": return new byte[Frame.HeaderSize];
            case "a hello twice":
                _session.Next.Write(frame = new byte[_session.Next.Size]);
                return frame;
            default:
                new Welcome { Epoch = 1 }.Write(frame = new byte[new Welcome().Size]);
                return frame;
        }
    }

    private static byte[] BadUrb(string what, byte[] good)
    {
        byte[] header = good[..UrbHeader.Size];
        switch (what)
        {
            case "noise": return [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 37))];
            case "an answer":
                new RetSubmit { Seqnum = 1, Status = 0, ActualLength = 0 }.Write(header);
                return header;
            case "too short": return good[..20];
            case "too long": return [.. good, 0];
            case "half a message": return header;
            default:
                new CmdSubmit { Seqnum = 900, DevId = 0x0001_0002, Direction = UrbDirection.In, Ep = 2, TransferBufferLength = 1 << 20 }
                    .Write(header);
                return header;
        }
    }
}
