using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

/// <summary>docs/protocol.md says what the code does: its example is a whole answer, its tables are the constants.</summary>
public sealed partial class ProtocolDocumentTests
{
    // The link has tests of its own.
    private static readonly string s_text =
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/protocol.md")).Split("\n## The link\n")[0];

    [Fact]
    public void The_example_is_read_as_the_page_says_and_written_as_it_stands_there()
    {
        byte[] bytes = Example();
        Assert.Empty(DeviceListReply.Parse(bytes, out int list));
        LongwireListExtension notice = LongwireListExtension.Parse(bytes.AsSpan(list));
        var expected = new LongwireListExtension
        {
            Version = "0.1.0",
            Entries =
            [
                new NoticeEntry(BusId.Parse("1-1.2"), UsbId.Parse("10c4:ea60"), NoticeReason.NotKnownRadio),
                new NoticeEntry(BusId.Parse("1-1.4"), UsbId.Parse("0658:0200"), NoticeReason.InUse),
            ],
        };
        Assert.Equal(expected, notice);
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString([.. DeviceListReply.Encode([]), .. expected.Encode()]));
    }

    [Fact]
    public void Each_field_of_the_table_begins_where_the_one_before_it_ends()
    {
        (int At, int Size)[] fields =
        [
            .. Field().Matches(s_text).Select(match => (OffsetOf(match.Groups["at"].Value), Number(match.Groups["size"].Value))),
        ];
        Assert.Equal(9, fields.Length);
        // In the table there is one entry: the offset of the last field is that for N = 1.
        Assert.Equal(fields.Skip(1).Select(field => field.At), fields.SkipLast(1).Select(field => field.At + field.Size));
        Assert.Equal(LongwireListExtension.HeadSize + LongwireListExtension.BodySize(1), fields[^1].At + fields[^1].Size);
    }

    [Fact]
    public void The_lengths_and_limits_are_those_of_the_code()
    {
        int smallest = LongwireListExtension.HeadSize + LongwireListExtension.BodySize(0);
        int largest = LongwireListExtension.HeadSize + LongwireListExtension.BodySize(LongwireListExtension.MaxEntries);
        Assert.Contains(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{smallest} + {LongwireListExtension.EntrySize} × N bytes: {smallest} at least, {largest} at most."),
            s_text,
            StringComparison.Ordinal);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"N, at most {LongwireListExtension.MaxEntries} |"),
            s_text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reason_is_in_the_table_under_its_number_and_name()
    {
        ImmutableArray<(int, string)> table =
        [
            .. Reason().Matches(s_text).Select(match => (Number(match.Groups["number"].Value), match.Groups["name"].Value)),
        ];
        Assert.Equal(Enum.GetValues<NoticeReason>().Select(reason => ((int)reason, reason.ToString())), table);
    }

    // Each line: where it stands, its bytes, and perhaps a comment.
    private static byte[] Example()
    {
        var bytes = new List<byte>();
        string block = Block().Match(s_text).Groups["text"].Value;
        foreach (string line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('#')[0].Split(':');
            Assert.Equal(bytes.Count, int.Parse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            bytes.AddRange(Convert.FromHexString(parts[1].Replace(" ", "", StringComparison.Ordinal)));
        }
        return [.. bytes];
    }

    // "44 + 40 × i" and "12 + 40 × N", with the first entry and no other: i = 0, N = 1.
    private static int OffsetOf(string text) => text.Split(" + ") is [var fixedPart, var perEntry]
        ? Number(fixedPart) + (perEntry.EndsWith('N') ? LongwireListExtension.EntrySize : 0)
        : Number(text);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("^```hex\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| (?<at>\d+(?: \+ 40 × [iN])?) \| (?<size>\d+) \| [^|]+ \| [^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex Field();

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<name>[A-Z]\w+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Reason();
}
