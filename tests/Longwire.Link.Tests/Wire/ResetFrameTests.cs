using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

/// <summary>What a client asks to be set anew, and the answer.</summary>
public sealed class ResetFrameTests
{
    private static readonly ResetFrame s_reset = new("1-1.4", ResetStep.Reauthorize);
    private static readonly byte[] s_offers = [1], s_addresses = [0];
    private static readonly ResetAnswerFrame s_answer = new("1-1.4", ResetStep.Reauthorize, ResetOutcome.NotServed);

    [Fact]
    public void They_are_written_as_the_page_says_and_read_as_they_were()
    {
        byte[] asked = Samples.Write(bytes => s_reset.Write(bytes)), answered = Samples.Write(bytes => s_answer.Write(bytes));
        Assert.Equal("0000000b0b02" + "00030005312d312e34", Convert.ToHexStringLower(asked));
        Assert.Equal("0000000c0c0204" + "00030005312d312e34", Convert.ToHexStringLower(answered));
        Assert.Equal((s_reset.Size, s_answer.Size), (asked.Length, answered.Length));
        Assert.Equal(s_reset, ResetFrame.Parse(asked.AsSpan(Frame.HeaderSize)));
        Assert.Equal(s_answer, ResetAnswerFrame.Parse(answered.AsSpan(Frame.HeaderSize)));
    }

    [Fact]
    public void What_a_later_release_has_besides_is_skipped()
    {
        Assert.Equal(
            new ResetFrame("1-1", (ResetStep)9),
            ResetFrame.Parse(Convert.FromHexString("09" + "00ff0001aa" + "00030003312d31" + "00030003312d32")));
        Assert.Equal(
            new ResetAnswerFrame("1-1", (ResetStep)9, (ResetOutcome)200),
            ResetAnswerFrame.Parse(Convert.FromHexString("09c8" + "00030003312d31")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("010003")]
    [InlineData("0100030005312d31")]
    [InlineData("0100030000")]
    [InlineData("01000300020a0d")]
    [InlineData("0100030001ff")]
    [InlineData("0100020003312d31")]
    public void One_that_is_cut_short_or_means_nothing_is_refused(string hex) =>
        Assert.Throws<LinkFormatException>(() => ResetFrame.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void A_client_asks_once_and_the_server_answers_once_each_in_order()
    {
        var client = new ControlFrames(_ => { }, _ => { });
        Assert.True(client.TryAsk(s_reset));
        Assert.True(client.TryAsk(s_reset with { Step = ResetStep.Rebind }));
        var asked = new List<ResetFrame>();
        var server = new OfferFrames(() => s_offers, () => s_addresses) { Asked = asked.Add };
        Pass(client, server.Receive);
        Assert.Equal([s_reset, s_reset with { Step = ResetStep.Rebind }], asked);
        Assert.Equal((0, 0), (client.NextFrameSize, client.Write(new byte[100])));

        var answered = new List<ResetAnswerFrame>();
        client = new ControlFrames(_ => { }, _ => { }) { Answered = answered.Add };
        Assert.True(server.TryAnswer(s_answer));
        Pass(server, client.Receive);
        Assert.Equal([s_answer], answered);
        Assert.Equal(0, server.NextFrameSize);
    }

    [Fact]
    public void What_waits_to_be_written_is_bounded_and_whole()
    {
        var client = new ControlFrames(_ => { }, _ => { });
        int taken = 0;
        while (client.TryAsk(s_reset)) taken++;
        Assert.Equal(FrameQueue.Most, taken);
        // No room for the second: it stays, whole.
        byte[] bytes = new byte[(2 * s_reset.Size) - 1];
        Assert.Equal(s_reset.Size, client.Write(bytes));
        Assert.Equal(s_reset.Size, client.NextFrameSize);
        Assert.True(client.TryAsk(s_reset));
    }

    [Fact]
    public void Each_side_says_its_own_alone()
    {
        var client = new ControlFrames(_ => { }, _ => { });
        var server = new OfferFrames(() => s_offers, () => s_addresses);
        Assert.Throws<LinkProtocolException>(() => client.Receive(Read(s_reset.Write)));
        Assert.Throws<LinkProtocolException>(() => server.Receive(Read(s_answer.Write)));
    }

    [Fact]
    public void A_welcome_says_what_the_server_can_do_and_bits_of_later_releases_change_nothing()
    {
        var welcome = new Welcome { Abilities = ServerAbilities.Resets };
        byte[] bytes = Samples.Write(to => welcome.Write(to));
        Assert.EndsWith("0008000400000001", Convert.ToHexStringLower(bytes), StringComparison.Ordinal);
        Assert.Equal(welcome.Size, bytes.Length);
        bytes[^4] = 0x80;
        bytes[^2] = 0x12;
        Assert.True(Welcome.Parse(bytes.AsSpan(Frame.HeaderSize)).Abilities.HasFlag(ServerAbilities.Resets));
        // Of a release of before it says nothing.
        Assert.Equal(ServerAbilities.None, Welcome.Parse(Samples.WelcomeBytes.AsSpan(Frame.HeaderSize)).Abilities);
        Assert.Throws<LinkFormatException>(() => Welcome.Parse([.. bytes[Frame.HeaderSize..^8], 0, 8, 0, 1, 1]));
    }

    private delegate int Writer(Span<byte> destination);

    private static Frame Read(Writer write)
    {
        byte[] bytes = new byte[100];
        write(bytes);
        Assert.True(Frame.TryRead(bytes, Frame.MaxLength, out Frame frame));
        return frame;
    }

    private delegate void Reader(Frame frame);

    private static void Pass(IFrameHandler from, Reader to)
    {
        byte[] bytes = new byte[1000];
        ReadOnlySpan<byte> said = bytes.AsSpan(0, from.Write(bytes));
        while (Frame.TryRead(said, Frame.MaxLength, out Frame frame))
        {
            if (frame.Type is FrameType.Reset or FrameType.ResetAnswer) to(frame);
            said = said[frame.Size..];
        }
        Assert.True(said.IsEmpty);
    }
}
