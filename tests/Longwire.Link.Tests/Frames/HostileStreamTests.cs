using System.Buffers.Binary;
using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Frames;

/// <summary>
/// What comes over a connection after its verdict, whole frames and broken ones behind each other, as the pump takes them.
/// </summary>
public sealed class HostileStreamTests
{
    private const int Streams = 20_000;

    [Fact]
    public void Whatever_comes_over_a_connection_is_taken_or_ends_it_and_the_session_can_be_resumed()
    {
        int whole = 0, ended = 0;
        for (int seed = Seeds.First; seed < Seeds.First + Streams; seed++)
        {
            var random = new Random(seed);
            LinkSession session = Accepted(out Hello hello);
            var frames = new SessionFrames(session, 1, new Lock(), static () => TimeSpan.Zero, static () => { });
            try
            {
                Take(frames, Stream(random));
                whole++;
            }
            catch (LinkException)
            {
                ended++;
                session.Lost(1);
                Hello again = hello with { Resume = true, Epoch = 2, NextExpected = 1 };
                Assert.True(
                    session.State == LinkState.Ended || session.TryAccept(again, new Welcome(), out _, out _), $"seed {seed} spoils it");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
        Assert.True(whole > 1000 && ended > 1000, $"{whole} taken whole, {ended} ended");
    }

    private static LinkSession Accepted(out Hello hello)
    {
        var session = new LinkSession(new SessionId(7), LinkWindow.Default);
        hello = new Hello { SessionId = session.Id, Epoch = 1 };
        Assert.True(session.TryAccept(hello, new Welcome(), out _, out _));
        return session;
    }

    // As FramePump does.
    private static void Take(SessionFrames frames, ReadOnlySpan<byte> bytes)
    {
        while (Frame.TryRead(bytes, Frame.MaxLength, out Frame frame))
        {
            frames.Receive(frame);
            bytes = bytes[frame.Size..];
        }
        frames.Received();
        if (Frame.TryReadSize(bytes, Frame.MaxLength, out int needed)) Assert.InRange(needed, 1, Frame.MaxSize);
    }

    private static byte[] Stream(Random random)
    {
        byte[] bytes = new byte[512];
        int at = 0;
        for (ulong number = 1; number <= 5; number++)
        {
            at += random.Next(4) == 0
                ? new AckFrame(0).Write(bytes.AsSpan(at))
                : DataFrame.Write(bytes.AsSpan(at), number, 0, bytes.AsSpan(400, random.Next(1, 40)));
        }
        if (random.Next(4) == 0) at += new EndFrame(EndReason.Requested, 0).Write(bytes.AsSpan(at));
        for (int wounds = random.Next(4); wounds > 0; wounds--) bytes[random.Next(at)] = (byte)random.Next(256);
        if (random.Next(8) == 0) BinaryPrimitives.WriteInt32BigEndian(bytes, random.Next());
        return bytes[..random.Next(1, at + 1)];
    }
}
