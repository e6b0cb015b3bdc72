using Longwire.Link.Errors;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>Frames of a peer that says what it likes: each means something, or is an error of the link that changes nothing.</summary>
public sealed class HostileFramesTests
{
    private readonly byte[] _bytes = new byte[8192];

    [Fact]
    public void Whatever_a_peer_says_is_taken_or_changes_nothing()
    {
        int taken = 0, refused = 0;
        for (int seed = Seeds.First; seed < Seeds.First + 200; seed++)
        {
            var random = new Random(seed);
            SessionPair pair = new SessionPair().Connect();
            for (int step = 0; step < 30; step++)
            {
                if (random.Next(2) == 0) pair.Server.TrySend("x"u8, pair.Now, out _);
                if (random.Next(2) == 0) pair.Lose(pair.Server);
                if (random.Next(2) == 0) pair.Take(pair.Server);
                string before = SessionPair.Seen(pair.Server);
                try
                {
                    if (pair.Server.Receive(1, Next(random)) is not (ReceiveOutcome.Dropped or ReceiveOutcome.NotOurs)) taken++;
                }
                catch (LinkException)
                {
                    refused++;
                    Assert.True(before == SessionPair.Seen(pair.Server), $"seed {seed}, step {step}");
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"seed {seed}, step {step}", e);
                }
            }
        }
        Assert.True(taken > 500 && refused > 500, $"{taken} taken, {refused} refused");
    }

    // Mostly numbers that are near to the right ones.
    private Frame Next(Random random)
    {
        int size = random.Next(10) switch
        {
            0 => new EndFrame((EndReason)random.Next(3), Number(random)).Write(_bytes),
            1 or 2 => new AckFrame(Number(random)).Write(_bytes),
            3 => new PingFrame(Number(random)).Write(_bytes, (FrameType)random.Next(256)),
            _ => DataFrame.Write(_bytes, Number(random), Number(random), new byte[random.Next(random.Next(10) == 0 ? 5000 : 40)]),
        };
        if (random.Next(20) == 0) random.NextBytes(_bytes.AsSpan(Frame.HeaderSize..size));
        Assert.True(Frame.TryRead(_bytes.AsSpan(0, size), Frame.MaxLength, out Frame frame));
        return frame;
    }

    private static ulong Number(Random random) => random.Next(12) switch
    {
        0 => ulong.MaxValue,
        1 => (ulong)random.NextInt64(),
        _ => (ulong)random.Next(4),
    };
}
