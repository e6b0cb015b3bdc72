using System.Text.RegularExpressions;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>
/// docs/architecture.md shows every room, draws no arrow that its own order forbids, and walks through files that are there.
/// </summary>
public sealed partial class ArchitecturePageTests
{
    private const string Page = "docs/architecture.md";
    private const int StopsOfAWalk = 15;

    private static readonly string s_text = Checkout.Text(Page);

    [Fact]
    public void Every_room_is_in_the_order_in_the_drawing_and_in_the_table()
    {
        string[] rooms = [.. Rooms().Order(StringComparer.Ordinal)];
        Assert.Contains("Attach/Ports", rooms);
        Assert.Contains("UsbIp/Wire", rooms);
        Assert.Equal(rooms, Heights().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(rooms, Drawn().Values.Distinct().Order(StringComparer.Ordinal));
        // The pages' style and script are no namespace, but a folder that is looked for.
        Assert.Equal(rooms.Append("Web/Assets").Order(StringComparer.Ordinal), Tabled().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_arrow_of_the_drawing_leads_down_in_the_order()
    {
        Dictionary<string, (int Line, int Step)> heights = Heights();
        Dictionary<string, string> rooms = Drawn();
        Match[] arrows = Arrow().Matches(Block("mermaid")).ToArray();
        Assert.NotEmpty(arrows);
        Assert.Empty(
            from arrow in arrows
            let upper = rooms[arrow.Groups["from"].Value]
            let lower = rooms[arrow.Groups["to"].Value]
            where heights[lower].CompareTo(heights[upper]) >= 0
            select $"{upper} --> {lower}");
    }

    [Fact]
    public void A_walk_has_no_more_than_fifteen_stops_and_comes_to_no_file_twice()
    {
        string[] walks = [.. s_text.Split("\n## ").Where(part => part.StartsWith("Walk: ", StringComparison.Ordinal))];
        Assert.Equal(2, walks.Length);
        foreach (string walk in walks)
        {
            Match[] stops = Stop().Matches(walk).ToArray();
            Assert.Equal(Enumerable.Range(1, stops.Length).Select(i => $"{i}"), stops.Select(stop => stop.Groups["number"].Value));
            Assert.InRange(stops.Length, 2, StopsOfAWalk);
            string[] files = [.. stops.Select(stop => stop.Groups["file"].Value)];
            Assert.Distinct(files);
            Assert.All(files, file => Assert.True(File.Exists(Checkout.PathOf(file)), $"there is no {file}"));
        }
    }

    // A folder that holds code of its own.
    private static IEnumerable<string> Rooms() =>
        from file in Checkout.Files()
        let folder = Path.GetDirectoryName(file)!
        where file.EndsWith(".cs", StringComparison.Ordinal) && folder.StartsWith("src/Longwire", StringComparison.Ordinal)
            && folder is not ("src/Longwire" or "src/Longwire.UsbIp")
        group file by folder.Replace("src/Longwire.UsbIp/", "UsbIp/", StringComparison.Ordinal)
            .Replace("src/Longwire/", "", StringComparison.Ordinal) into room
        select room.Key;

    // By line, and by the place in it; rooms with a comma between them have one place.
    private static Dictionary<string, (int Line, int Step)> Heights() => new(
        from line in Block("order").Split('\n', StringSplitOptions.RemoveEmptyEntries).Index()
        from step in line.Item.Split('<').Index()
        from room in step.Item.Split(',', StringSplitOptions.TrimEntries)
        select KeyValuePair.Create(room, (line.Index, step.Index)));

    // A node's name in the drawing, and the room that it stands for.
    private static Dictionary<string, string> Drawn() =>
        Node().Matches(Block("mermaid")).ToDictionary(match => match.Groups["id"].Value, match => match.Groups["room"].Value);

    private static IEnumerable<string> Tabled()
    {
        string rooms = s_text[s_text.IndexOf("\n`src/Longwire/`:", StringComparison.Ordinal)..];
        rooms = rooms[..rooms.IndexOf("\n## ", StringComparison.Ordinal)];
        int library = rooms.IndexOf("\n`src/Longwire.UsbIp/`:", StringComparison.Ordinal);
        return
        [
            .. Row().Matches(rooms[..library]).Select(match => match.Groups["room"].Value),
            .. Row().Matches(rooms[library..]).Select(match => $"UsbIp/{match.Groups["room"].Value}"),
        ];
    }

    private static string Block(string language)
    {
        Match block = Fence().Matches(s_text).Single(match => match.Groups["language"].Value == language);
        return block.Groups["text"].Value;
    }

    [GeneratedRegex("^```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\b(?<id>\w+)\[""(?<room>[^""]+)""\]")]
    private static partial Regex Node();

    [GeneratedRegex(@"(?<from>\w+)(?:\[""[^""]+""\])? --> (?<to>\w+)")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^\| `(?<room>[\w/]+)/` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(?<number>\d+)\. `(?<file>[^`]+)`: ", RegexOptions.Multiline)]
    private static partial Regex Stop();
}
