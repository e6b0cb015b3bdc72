using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Longwire.Link.Pairing;
using Longwire.Link.Tests.Pairing;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Wire;

/// <summary>
/// The section "The link" of docs/protocol.md says what the code does: its example are frames, its tables are the constants.
/// </summary>
public sealed partial class ProtocolDocumentTests
{
    private static readonly string s_text =
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/protocol.md")).Split("\n## The link\n")[1];

    // Of each frame the bytes of its fixed fields, which the code has and the table adds up to.
    public static TheoryData<string, int> FixedFields { get; } = new()
    {
        { "Hello", new Hello().Size - Frame.HeaderSize },
        { "Welcome", new Welcome().Size - Frame.HeaderSize },
        { "Refusal", Refusal.Size - Frame.HeaderSize },
        { "Data", DataFrame.Size(0) - Frame.HeaderSize },
        { "Ack", AckFrame.Size - Frame.HeaderSize },
        { "Ping and Pong", PingFrame.Size - Frame.HeaderSize },
        { "End", EndFrame.Size - Frame.HeaderSize },
        { "Reset", ResetFrame.FixedSize },
        { "ResetAnswer", ResetAnswerFrame.FixedSize },
        { "Pairing code", PairingCode.FixedSize },
    };

    [Theory]
    [MemberData(nameof(FixedFields))]
    public void The_fields_of_a_frame_follow_each_other_and_end_where_the_code_has_it(string frame, int size)
    {
        (int At, int Size)[] fields =
        [
            .. Field().Matches(Section(frame).Split("\n| key |")[0])
                .Select(match => (Number(match.Groups["at"].Value), Number(match.Groups["size"].Value))),
        ];
        Assert.NotEmpty(fields);
        int at = 0;
        foreach ((int At, int Size) field in fields)
        {
            Assert.Equal(at, field.At);
            at += field.Size;
        }
        Assert.Equal(size, at);
    }

    [Fact]
    public void Every_type_key_and_reason_is_in_its_table_under_its_number_and_name()
    {
        Assert.Equal(Named<FrameType>(), Rows(Section("Frames of the link"), "type"));
        Assert.Equal(Named<RefusalReason>(), Rows(Section("Refusal"), "reason"));
        Assert.Equal(Named<EndReason>(), Rows(Section("End"), "end"));
        Assert.Equal(Named<ResetStep>(), Rows(Section("Reset"), "step"));
        Assert.Equal(Named<ResetOutcome>(), Rows(Section("ResetAnswer"), "outcome"));
        Assert.Equal(Named<VitalKey>(), Rows(Section("Vitals"), "key"));
        string keys = Section("Hello");
        Assert.Equal(
            Enum.GetValues<FrameKey>().Skip(1).Select(key => ((int)key, key.ToString())),
            KeyRow().Matches(keys).Select(match => (
                Number(match.Groups["number"].Value), CultureInfo.InvariantCulture.TextInfo.ToTitleCase(match.Groups["name"].Value))));
    }

    [Fact]
    public void The_limits_are_those_of_the_code()
    {
        Assert.Contains(
            $"of all that follows: 1 to {Frame.MaxLength}; before the verdict 1 to {Frame.MaxHandshakeLength} |",
            s_text,
            StringComparison.Ordinal);
        Assert.Contains($"| 16 | 1 to {DataFrame.MaxMessage} | message |", s_text, StringComparison.Ordinal);
        Assert.Contains($"| 0 to {KeyValues.MaxValue} | Hello, Welcome | name", s_text, StringComparison.Ordinal);
        Assert.True(new LinkWindow(16, 4096).IsAllowed && new LinkWindow(65536, 16777216).IsAllowed);
        Assert.False(new LinkWindow(15, 4096).IsAllowed || new LinkWindow(16, 4095).IsAllowed);
        Assert.False(new LinkWindow(65537, 4096).IsAllowed || new LinkWindow(16, 16777217).IsAllowed);
    }

    [Fact]
    public void The_example_is_read_as_the_page_says_and_written_as_it_stands_there()
    {
        byte[] bytes = Example();
        var hello = new Hello
        {
            SessionId = new SessionId(UInt128.Parse("000102030405060708090a0b0c0d0e0f", NumberStyles.HexNumber, null)),
            Epoch = 1,
            Window = new LinkWindow(1024, 262144),
            Instance = new InstanceNonce(UInt128.Parse("101112131415161718191a1b1c1d1e1f", NumberStyles.HexNumber, null)),
            StartCounter = 7,
            Subject = "1-1",
        };
        var welcome = new Welcome { Epoch = 1, Window = new LinkWindow(512, 131072) };
        var end = new EndFrame(EndReason.Requested, 1);
        Assert.Equal(
            Convert.ToHexStringLower(bytes),
            Convert.ToHexStringLower(
            [
                .. Samples.Write(to => hello.Write(to)),
                .. Samples.Write(to => welcome.Write(to)),
                .. Samples.Write(to => DataFrame.Write(to, 1, 0, "ask"u8)),
                .. Samples.Write(to => DataFrame.Write(to, 1, 1, "tell"u8)),
                .. Samples.Write(to => new AckFrame(1).Write(to)),
                .. Samples.Write(to => end.Write(to)),
                .. Samples.Write(to => end.Write(to)),
            ]));
        Assert.Equal(hello, Hello.Parse(Body(ref bytes)));
        Assert.Equal(welcome, Welcome.Parse(Body(ref bytes)));
        Assert.Equal("ask"u8, DataFrame.Parse(Body(ref bytes)).Message);
        Assert.Equal("tell"u8, DataFrame.Parse(Body(ref bytes)).Message);
        Assert.Equal(new AckFrame(1), AckFrame.Parse(Body(ref bytes)));
        Assert.Equal(end, EndFrame.Parse(Body(ref bytes)));
        Assert.Equal(end, EndFrame.Parse(Body(ref bytes)));
        Assert.Empty(bytes);
    }

    [Fact]
    public void The_pairing_code_of_the_page_is_one_that_the_tests_know() =>
        Assert.Contains($"\n{PairingCodeTests.Released}\n", Section("Pairing code"), StringComparison.Ordinal);

    private static ReadOnlySpan<byte> Body(ref byte[] bytes)
    {
        Assert.True(Frame.TryRead(bytes, Frame.MaxLength, out Frame frame));
        bytes = bytes[frame.Size..];
        return frame.Body;
    }

    // From a heading to the next one of any level.
    private static string Section(string heading)
    {
        string text = s_text[s_text.IndexOf($"# {heading}\n", StringComparison.Ordinal)..];
        int end = text.IndexOf("\n#", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    // The rows of the table whose first column has this head.
    private static IEnumerable<(int, string)> Rows(string section, string head)
    {
        string table = section[section.IndexOf($"\n| {head} | name |", StringComparison.Ordinal)..];
        return Row().Matches(table).Select(match => (Number(match.Groups["number"].Value), match.Groups["name"].Value));
    }

    private static IEnumerable<(int, string)> Named<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Skip(1).Select(value => (Convert.ToInt32(value, CultureInfo.InvariantCulture), value.ToString()));

    // Each line: where it stands, its bytes, and perhaps a comment.
    private static byte[] Example()
    {
        var bytes = new List<byte>();
        foreach (string line in Block().Match(s_text).Groups["text"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('#')[0].Split(':');
            Assert.Equal(bytes.Count, int.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            bytes.AddRange(Convert.FromHexString(parts[1].Replace(" ", "", StringComparison.Ordinal)));
        }
        return [.. bytes];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("^```hex\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| (?<at>\d+) \| (?<size>\d+) \| [^|]+ \| [^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex Field();

    [GeneratedRegex(
        @"^\| (?<number>\d+) \| (?:0|1|4|16)(?: to 256)? \| (?:Hello|Welcome|Hello, [A-Za-z, ]+) \| (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex KeyRow();

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<name>[A-Z]\w+) \| ", RegexOptions.Multiline)]
    private static partial Regex Row();
}
