using System.Buffers.Binary;
using Longwire.Link.Errors;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

public sealed class FrameTests
{
    [Fact]
    public void A_frame_is_read_once_its_last_byte_is_there_and_what_follows_is_left()
    {
        byte[] bytes = [.. Samples.AckBytes, .. Samples.PingBytes];
        for (int length = 0; length < Samples.AckBytes.Length; length++)
            Assert.False(Frame.TryRead(bytes.AsSpan(0, length), Frame.MaxLength, out _));
        for (int length = Samples.AckBytes.Length; length <= bytes.Length; length++)
        {
            Assert.True(Frame.TryRead(bytes.AsSpan(0, length), Frame.MaxLength, out Frame frame));
            Assert.Equal(FrameType.Ack, frame.Type);
            Assert.Equal(AckFrame.Size, frame.Size);
            Assert.Equal(8, frame.Body.Length);
        }
    }

    [Fact]
    public void A_type_of_a_later_release_is_a_frame_too()
    {
        Assert.True(Frame.TryRead([0, 0, 0, 3, 0xee, 1, 2], Frame.MaxLength, out Frame frame));
        Assert.Equal((FrameType)0xee, frame.Type);
        Assert.Equal([1, 2], frame.Body.ToArray());
        Assert.Equal(7, frame.Size);
    }

    [Theory]
    [InlineData(0u, Frame.MaxLength)]
    [InlineData(131_073u, Frame.MaxLength)]
    [InlineData(uint.MaxValue, Frame.MaxLength)]
    [InlineData(4097u, Frame.MaxHandshakeLength)]
    public void A_length_that_is_not_allowed_is_seen_before_the_frame_is_there(uint length, int most)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        var e = Assert.Throws<LinkFormatException>(() => Frame.TryRead(bytes, most, out _));
        Assert.Equal($"frame: length at offset 0 is {length}, not 1 to {most}", e.Message);
    }

    [Fact]
    public void The_largest_frame_is_read_and_holds_the_largest_message()
    {
        byte[] bytes = new byte[Frame.MaxSize];
        Assert.Equal(Frame.MaxSize, DataFrame.Write(bytes, 1, 0, new byte[DataFrame.MaxMessage]));
        Assert.True(Frame.TryRead(bytes, Frame.MaxLength, out Frame frame));
        Assert.Equal(DataFrame.MaxMessage, DataFrame.Parse(frame.Body).Message.Length);
    }

    [Fact]
    public void A_hello_with_the_longest_texts_fits_what_is_read_before_the_verdict()
    {
        string longest = new('x', KeyValues.MaxValue);
        Hello hello = Samples.Hello with { Name = longest, Release = longest, Subject = longest };
        Assert.InRange(hello.Size, 1, Frame.MaxHandshakeLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => Samples.Write(bytes => (hello with { Name = longest + "x" }).Write(bytes)));
    }
}
