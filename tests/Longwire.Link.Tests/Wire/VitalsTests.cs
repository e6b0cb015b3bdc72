using Longwire.Link.Errors;
using Longwire.Link.Frames;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

public sealed class VitalsTests
{
    internal static Vitals Sample { get; } = new()
    {
        Temperature = 48.25, UnderVoltage = true, Load = 0.42, Uptime = TimeSpan.FromSeconds(90_061), WifiSignal = -56,
    };

    [Fact]
    public void They_are_written_as_the_page_says_and_read_as_they_were()
    {
        Assert.Equal(
            "00010004" + "0000bc7a" + "00020001" + "01" + "00030004" + "0000002a" + "00040004" + "00015fcd" + "00050004" + "ffffffc8",
            Convert.ToHexStringLower(Sample.Encode()));
        Assert.Equal(Sample, Vitals.Parse(Sample.Encode()));
        Vitals cold = new() { Temperature = -12.5, UnderVoltage = false, Load = 0 };
        Assert.Equal(cold, Vitals.Parse(cold.Encode()));
    }

    [Fact]
    public void What_is_not_known_is_not_said()
    {
        Assert.Empty(new Vitals().Encode());
        Assert.Equal(new Vitals(), Vitals.Parse([]));
        Assert.Equal(new Vitals { Load = 1 }, Vitals.Parse(new Vitals { Load = 1 }.Encode()));
    }

    // Out of all reason: the machine says nothing by it, and the rest of what it says counts.
    [Theory]
    [InlineData("00010004" + "7fffffff")]
    [InlineData("00010004" + "80000000")]
    [InlineData("00020001" + "02")]
    [InlineData("00030004" + "ffffffff")]
    [InlineData("00030004" + "7fffffff")]
    [InlineData("00040004" + "ffffffff")]
    [InlineData("00050004" + "00000001")]
    [InlineData("00050004" + "80000000")]
    [InlineData("00050004" + "ffffff00")]
    [InlineData("00000000")]
    [InlineData("00060002" + "0102")]
    [InlineData("ffff0000")]
    public void A_value_that_cannot_be_or_that_a_later_release_has_besides_is_left_out(string hex)
    {
        Assert.Equal(new Vitals(), Vitals.Parse(Convert.FromHexString(hex)));
        Assert.Equal(new Vitals { Load = 0.01 }, Vitals.Parse(Convert.FromHexString("00030004" + "00000001" + hex)));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("00010004" + "00000")]
    [InlineData("00010004" + "000000")]
    [InlineData("00010005" + "0000000000")]
    [InlineData("00010000")]
    [InlineData("00020002" + "0001")]
    [InlineData("00040008" + "0000000000000001")]
    public void One_that_is_cut_short_or_has_another_length_is_refused(string hex) =>
        Assert.Throws<LinkFormatException>(() => Vitals.Parse(Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex[..^1])));

    [Fact]
    public void A_server_says_them_behind_its_addresses_when_they_are_others_and_never_when_nothing_is_known()
    {
        ReadOnlyMemory<byte> vitals = ReadOnlyMemory<byte>.Empty;
        ReadOnlyMemory<byte> offers = new byte[] { 1 }, addresses = new byte[] { 0 };
        var frames = new OfferFrames(() => offers, () => addresses, () => vitals);
        Assert.Equal([FrameType.Offers, FrameType.Addresses], Types(frames));
        vitals = Sample.Encode();
        Assert.Equal(Frame.HeaderSize + vitals.Length, frames.NextFrameSize);
        Assert.Equal([FrameType.Vitals], Types(frames));
        Assert.Empty(Types(frames));
        vitals = Sample.Encode();
        Assert.Equal([FrameType.Vitals], Types(frames));
    }

    [Fact]
    public void A_client_is_told_them()
    {
        Vitals? told = null;
        var client = new ControlFrames(_ => { }, _ => { }) { Told = vitals => told = vitals };
        client.Receive(new Frame(FrameType.Vitals, Sample.Encode()));
        Assert.Equal(Sample, told);
    }

    private static List<FrameType> Types(OfferFrames frames)
    {
        byte[] bytes = new byte[1000];
        ReadOnlySpan<byte> said = bytes.AsSpan(0, frames.Write(bytes));
        var types = new List<FrameType>();
        while (Frame.TryRead(said, Frame.MaxLength, out Frame frame))
        {
            types.Add(frame.Type);
            said = said[frame.Size..];
        }
        return types;
    }
}
