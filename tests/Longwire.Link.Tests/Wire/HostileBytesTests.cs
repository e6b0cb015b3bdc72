using Longwire.Link.Errors;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

/// <summary>Whatever the bytes are: parsed, or an exception of the link; nothing else, and memory bounded by what was sent.</summary>
public sealed class HostileBytesTests
{
    private static readonly Dictionary<string, byte[]> s_frames = new()
    {
        ["hello"] = Samples.HelloBytes,
        ["welcome"] = Samples.WelcomeBytes,
        ["refusal"] = Samples.RefusalBytes,
        ["data"] = Samples.DataBytes,
        ["ack"] = Samples.AckBytes,
        ["ping"] = Samples.PingBytes,
        ["end"] = Samples.EndBytes,
        ["addresses"] = Samples.AddressesBytes,
        ["reset"] = Samples.ResetBytes,
        ["reset answer"] = Samples.ResetAnswerBytes,
        ["vitals"] = Samples.VitalsBytes,
    };

    public static TheoryData<string> Frames { get; } = [.. s_frames.Keys];

    [Theory]
    [MemberData(nameof(Frames))]
    public void Mutated_frames_are_parsed_or_refused_with_bounded_memory(string name)
    {
        byte[] good = s_frames[name];
        int parsed = 0, refused = 0, waits = 0;
        const int count = 5000;
        for (int seed = Seeds.First; seed < Seeds.First + count; seed++)
        {
            byte[] bytes = Mutate(good, new Random(seed));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (Parse(bytes)) parsed++;
                else waits++;
            }
            catch (LinkException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}: seed {seed}: {Convert.ToHexStringLower(bytes)}", e);
            }
            // What an exception with its stack trace costs, and a small multiple of what was sent.
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 65_536 + (16 * bytes.Length), $"{name}: seed {seed} allocates {allocated} bytes");
        }
        // Mutations that all pass, or all fail, would test one path only.
        Assert.True(parsed > 0 && refused > 0 && waits > 0, $"{parsed} parsed, {refused} refused, {waits} wait for more");
    }

    private static bool Parse(ReadOnlySpan<byte> bytes)
    {
        if (!Frame.TryRead(bytes, Frame.MaxLength, out Frame frame)) return false;
        switch (frame.Type)
        {
            case FrameType.Hello:
                Hello.ParseVersion(frame.Body);
                Hello.Parse(frame.Body);
                break;
            case FrameType.Welcome:
                Welcome.Parse(frame.Body);
                break;
            case FrameType.Refusal:
                Refusal.Parse(frame.Body);
                break;
            case FrameType.Data:
                DataFrame.Parse(frame.Body);
                break;
            case FrameType.Ack:
                AckFrame.Parse(frame.Body);
                break;
            case FrameType.Ping or FrameType.Pong:
                PingFrame.Parse(frame.Body);
                break;
            case FrameType.End:
                EndFrame.Parse(frame.Body);
                break;
            case FrameType.Addresses:
                AddressesFrame.Parse(frame.Body);
                break;
            case FrameType.Reset:
                ResetFrame.Parse(frame.Body);
                break;
            case FrameType.ResetAnswer:
                ResetAnswerFrame.Parse(frame.Body);
                break;
            case FrameType.Vitals:
                Vitals.Parse(frame.Body);
                break;
            default:
                break;
        }
        return true;
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        switch (random.Next(8))
        {
            case 0: // cut short, and the length says so
                bytes = bytes[..random.Next(Frame.HeaderSize, bytes.Length)];
                bytes[3] = (byte)(bytes.Length - 4);
                return bytes;
            case 1: // something behind it, which is one more key or none
                byte[] more = [.. bytes, .. new byte[random.Next(1, 32)]];
                random.NextBytes(more.AsSpan(bytes.Length));
                more[3] = (byte)(more.Length - 4);
                return more;
            case 2: // nothing but noise behind the header
                random.NextBytes(bytes.AsSpan(Frame.HeaderSize));
                return bytes;
            default:
                for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = Poison(random);
                return bytes;
        }
    }

    private static byte Poison(Random random) => random.Next(4) switch
    {
        0 => 0x00,
        1 => 0xff,
        2 => 0x80,
        _ => (byte)random.Next(256),
    };
}
