using Longwire.Link.Errors;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

/// <summary>Every field of every frame: where it stands, what it may hold, and that it comes back as it was written.</summary>
public sealed class FrameFieldsTests
{
    private const string HelloHex = "000000740100010203" + "0203" + "0000" + "05060708090a0b0c0d0e0f1011121314" + "15161718"
        + "0000191a001b1c1d" + "1e1f202122232425" + "262728292a2b2c2d2e2f303132333435" + "363738393a3b3c3d"
        + "000100103e3f404142434445464748494a4b4c4d" + "000200056174746963" + "00030005312d312e34" + "00040005302e322e30";

    private const string WelcomeHex = "000000300200010203" + "04050607" + "00000809000a0b0c" + "0d0e0f1011121314" + "15161718"
        + "000200064bc3bc636865" + "00040005302e322e31";

    [Fact]
    public void Every_field_stands_where_the_page_says()
    {
        Assert.Equal(HelloHex, Hex(Samples.HelloBytes));
        Assert.Equal(WelcomeHex, Hex(Samples.WelcomeBytes));
        Assert.Equal("0000000703010203040506", Hex(Samples.RefusalBytes));
        Assert.Equal("00000018040102030405060708090a0b0c0d0e0f106d657373616765", Hex(Samples.DataBytes));
        Assert.Equal("00000009050102030405060708", Hex(Samples.AckBytes));
        Assert.Equal("00000009061112131415161718", Hex(Samples.PingBytes));
        Assert.Equal("0000000907", Hex(Samples.Write(bytes => Samples.Ping.Write(bytes, FrameType.Pong)))[..10]);
        Assert.Equal("0000000b080102030405060708090a", Hex(Samples.EndBytes));
    }

    [Fact]
    public void Every_frame_is_read_as_it_was_written()
    {
        Assert.Equal(Samples.Hello, Hello.Parse(Body(Samples.HelloBytes)));
        Assert.Equal(Samples.Hello.Size, Samples.HelloBytes.Length);
        Assert.Equal(Samples.Welcome, Welcome.Parse(Body(Samples.WelcomeBytes)));
        Assert.Equal(Samples.Welcome.Size, Samples.WelcomeBytes.Length);
        Assert.Equal(Samples.Refusal, Refusal.Parse(Body(Samples.RefusalBytes)));
        DataFrame data = DataFrame.Parse(Body(Samples.DataBytes));
        Assert.Equal((0x0102030405060708u, 0x090a0b0c0d0e0f10u), (data.Number, data.Acknowledged));
        Assert.Equal("message"u8, data.Message);
        Assert.Equal(Samples.Ack, AckFrame.Parse(Body(Samples.AckBytes)));
        Assert.Equal(Samples.Ping, PingFrame.Parse(Body(Samples.PingBytes)));
        Assert.Equal(Samples.End, EndFrame.Parse(Body(Samples.EndBytes)));
    }

    [Fact]
    public void A_body_that_is_cut_short_is_malformed_unless_it_ends_between_two_keys()
    {
        CutShort(Samples.HelloBytes, bytes => Hello.Parse(bytes), 68, 88, 97, 106);
        CutShort(Samples.WelcomeBytes, bytes => Welcome.Parse(bytes), 28, 38);
        CutShort(Samples.RefusalBytes, bytes => Refusal.Parse(bytes));
        CutShort(Samples.DataBytes, bytes => DataFrame.Parse(bytes), 17, 18, 19, 20, 21, 22);
        CutShort(Samples.AckBytes, bytes => AckFrame.Parse(bytes));
        CutShort(Samples.PingBytes, bytes => PingFrame.Parse(bytes));
        CutShort(Samples.EndBytes, bytes => EndFrame.Parse(bytes));

        static void CutShort(byte[] frame, Action<byte[]> parse, params int[] whole)
        {
            byte[] body = Body(frame);
            for (int length = 0; length < body.Length; length++)
            {
                if (whole.Contains(length)) parse(body[..length]);
                else Assert.Throws<LinkFormatException>(() => parse(body[..length]));
            }
        }
    }

    [Fact]
    public void Keys_of_a_later_release_are_skipped_wherever_they_stand()
    {
        byte[] later = [0xff, 0xfe, 0, 3, 1, 2, 3];
        Assert.Equal(Samples.Hello, Hello.Parse([.. Body(Samples.HelloBytes), .. later]));
        Assert.Equal(Samples.Hello, Hello.Parse([.. Body(Samples.HelloBytes)[..68], .. later, .. Body(Samples.HelloBytes)[68..]]));
        Assert.Equal(Samples.Welcome, Welcome.Parse([.. Body(Samples.WelcomeBytes), .. later]));
        Assert.Equal(Samples.Refusal, Refusal.Parse([.. Body(Samples.RefusalBytes), .. later]));
        Assert.Equal(Samples.Ack, AckFrame.Parse([.. Body(Samples.AckBytes), .. later]));
        Assert.Equal(Samples.Ping, PingFrame.Parse([.. Body(Samples.PingBytes), .. later]));
        Assert.Equal(Samples.End, EndFrame.Parse([.. Body(Samples.EndBytes), .. later]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("11111111-2222-3333-4444-555555555555")]
    public void In_which_start_of_its_kernel_the_server_is_comes_as_it_was_said_or_not_at_all(string? boot)
    {
        Welcome welcome = Samples.Welcome with { BootId = boot };
        byte[] frame = new byte[welcome.Size];
        Assert.Equal(welcome.Size, welcome.Write(frame));
        Assert.Equal(boot, Welcome.Parse(frame.AsSpan(Frame.HeaderSize)).BootId);
    }

    [Fact]
    public void For_how_long_a_client_is_quiet_stands_in_a_key_of_both_frames()
    {
        TimeSpan quiet = TimeSpan.FromMilliseconds(0x01020304);
        Hello hello = Samples.Hello with { Quiet = quiet };
        Welcome welcome = Samples.Welcome with { Quiet = quiet };
        byte[] hellos = Samples.Write(bytes => hello.Write(bytes)), welcomes = Samples.Write(bytes => welcome.Write(bytes));
        Assert.EndsWith("0006000401020304", Hex(hellos), StringComparison.Ordinal);
        Assert.EndsWith("0006000401020304", Hex(welcomes), StringComparison.Ordinal);
        Assert.Equal((hello, hello.Size), (Hello.Parse(Body(hellos)), hellos.Length));
        Assert.Equal((welcome, welcome.Size), (Welcome.Parse(Body(welcomes)), welcomes.Length));
    }

    [Fact]
    public void Of_a_key_that_comes_twice_the_first_counts()
    {
        byte[] again = [0, 2, 0, 1, (byte)'x', 0, 4, 0, 1, (byte)'y'];
        Assert.Equal(Samples.Hello, Hello.Parse([.. Body(Samples.HelloBytes), .. again]));
        Assert.Equal(Samples.Welcome, Welcome.Parse([.. Body(Samples.WelcomeBytes), .. again]));
    }

    [Theory]
    [InlineData(1, 2, "hello: major at offset 0 is 2, and ours is 1")]
    [InlineData(27, 0, "hello: epoch at offset 24 is 0, and epochs begin with 1")]
    [InlineData(31, 15, "hello: messages of the window at offset 28 is 15, not 16 to 65536")]
    [InlineData(32, 2, "hello: bytes of the window at offset 32 is 33554432, not 4096 to 16777216")]
    [InlineData(43, 0, "hello: next expected number at offset 36 is 0, and numbers begin with 1")]
    [InlineData(71, 15, "hello: length of token at offset 70 is 15, not 16")]
    [InlineData(69, 0xff, null)]
    public void A_value_outside_its_range_is_told_with_its_place(int at, byte value, string? error)
    {
        byte[] body = Body(Samples.HelloBytes);
        int size = at switch { 27 => 4, 31 => 4, 32 => 4, 43 => 8, _ => 1 };
        body.AsSpan(at == 32 ? 32 : at - size + 1, size).Clear();
        body[at] = value;
        if (error is null) Assert.Null(Hello.Parse(body).Token);
        else Assert.Equal(error, Assert.Throws<LinkFormatException>(() => Hello.Parse(body)).Message);
    }

    [Fact]
    public void A_new_session_begins_with_the_first_number()
    {
        byte[] body = Body(Samples.HelloBytes);
        body[5] = 2; // no resume
        Assert.Equal(
            "hello: next expected number at offset 36 is 2170488872094606373, though the session is a new one",
            Assert.Throws<LinkFormatException>(() => Hello.Parse(body)).Message);
    }

    [Fact]
    public void Of_a_control_connection_the_fields_of_the_session_are_not_looked_at()
    {
        byte[] body = Body(Samples.HelloBytes);
        body[4] = (byte)HelloPurpose.Control;
        body.AsSpan(8, 36).Clear();
        Hello hello = Hello.Parse(body);
        Assert.Equal(HelloPurpose.Control, hello.Purpose);
        Assert.Equal(Samples.Hello.StartCounter, hello.StartCounter);
        Assert.Equal("attic", hello.Name);
    }

    [Fact]
    public void The_version_of_another_major_is_read_and_nothing_else()
    {
        Assert.Equal(new ProtocolVersion(7, 9), Hello.ParseVersion([0, 7, 0, 9]));
        Assert.Equal(new ProtocolVersion(7, 9), Hello.ParseVersion([0, 7, 0, 9, 0xff, 0xff, 0xff]));
        Assert.Throws<LinkFormatException>(() => Hello.ParseVersion([0, 7, 0]));
    }

    [Fact]
    public void A_name_is_cleaned_and_a_subject_must_come_clean()
    {
        byte[] hello = Body(Samples.HelloBytes)[..68];
        Assert.Equal("a[0m", Hello.Parse([.. hello, 0, 2, 0, 6, 27, .. "a\r[0m"u8]).Name);
        Assert.Null(Hello.Parse([.. hello, 0, 2, 0, 1, 10]).Name);
        Assert.Equal(
            "hello: subject at offset 72 is no name of 1 to 64 printable characters",
            Assert.Throws<LinkFormatException>(() => Hello.Parse([.. hello, 0, 3, 0, 2, (byte)'a', 10])).Message);
        Assert.Throws<LinkFormatException>(() => Hello.Parse([.. hello, 0, 3, 0, 0]));
    }

    [Fact]
    public void A_text_that_is_no_UTF_8_or_longer_than_256_bytes_is_malformed()
    {
        byte[] hello = Body(Samples.HelloBytes)[..68];
        Assert.Equal(
            "hello: name at offset 72 is not UTF-8",
            Assert.Throws<LinkFormatException>(() => Hello.Parse([.. hello, 0, 2, 0, 1, 0xff])).Message);
        Assert.Equal(
            "hello: length of name at offset 70 is 257, more than 256",
            Assert.Throws<LinkFormatException>(() => Hello.Parse([.. hello, 0, 2, 1, 1, .. new byte[257]])).Message);
    }

    [Fact]
    public void A_message_has_a_number_and_at_least_one_byte()
    {
        Assert.Equal(
            "data: number at offset 0 is 0, and numbers begin with 1",
            Assert.Throws<LinkFormatException>(() => DataFrame.Parse(new byte[17])).Message);
        Assert.Throws<LinkFormatException>(() => DataFrame.Parse([0, 0, 0, 0, 0, 0, 0, 1, .. new byte[8]]));
    }

    [Fact]
    public void A_silence_that_is_too_long_for_its_field_is_the_longest()
    {
        byte[] bytes = Samples.Write(bytes => (Samples.Welcome with { Silence = TimeSpan.FromDays(1000) }).Write(bytes));
        Assert.Equal(TimeSpan.FromMilliseconds(uint.MaxValue), Welcome.Parse(Body(bytes)).Silence);
    }

    [Fact]
    public void Reading_and_writing_what_comes_with_every_message_allocates_nothing()
    {
        byte[] bytes = new byte[64];
        byte[] message = [1, 2, 3];
        Pass(); // what the just-in-time compiler allocates is not ours
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Pass();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass()
        {
            DataFrame.Write(bytes, 5, 4, message);
            Frame.TryRead(bytes, Frame.MaxLength, out Frame frame);
            DataFrame.Parse(frame.Body);
            Samples.Ack.Write(bytes);
            AckFrame.Parse(bytes.AsSpan(Frame.HeaderSize));
            Samples.Ping.Write(bytes, FrameType.Ping);
            PingFrame.Parse(bytes.AsSpan(Frame.HeaderSize));
            Samples.End.Write(bytes);
            EndFrame.Parse(bytes.AsSpan(Frame.HeaderSize));
        }
    }

    private static byte[] Body(byte[] frame) => frame[Frame.HeaderSize..];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
