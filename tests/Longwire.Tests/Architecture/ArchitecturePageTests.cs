using System.Text.RegularExpressions;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>
/// docs/architecture.md shows every room, draws no arrow that its own order forbids, and walks through files that are there.
/// </summary>
public sealed partial class ArchitecturePageTests
{
    private const int StopsOfAWalk = 15;

    [Fact]
    public void Every_room_is_in_the_order_in_the_drawing_and_in_the_table()
    {
        string[] rooms = [.. SourceFile.Rooms.Order(StringComparer.Ordinal)];
        Assert.Contains("Attach/Ports", rooms);
        Assert.Contains("UsbIp/Wire", rooms);
        Assert.Equal(rooms, RoomOrder.Heights.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(rooms, Drawn().Values.Distinct().Order(StringComparer.Ordinal));
        // The pages' style and script are no namespace, but a folder that is looked for.
        Assert.Equal(rooms.Append("Web/Assets").Order(StringComparer.Ordinal), Tabled().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_arrow_of_the_drawing_leads_down_in_the_order()
    {
        Dictionary<string, string> rooms = Drawn();
        Match[] arrows = Arrow().Matches(ArchitecturePage.Block("mermaid")).ToArray();
        Assert.NotEmpty(arrows);
        Assert.Empty(
            from arrow in arrows
            let upper = rooms[arrow.Groups["from"].Value]
            let lower = rooms[arrow.Groups["to"].Value]
            where !RoomOrder.MayImport(upper, lower)
            select $"{upper} --> {lower}");
    }

    [Fact]
    public void A_walk_has_no_more_than_fifteen_stops_and_comes_to_no_file_twice()
    {
        string[] walks = [.. ArchitecturePage.Text.Split("\n## ").Where(part => part.StartsWith("Walk: ", StringComparison.Ordinal))];
        Assert.Equal(2, walks.Length);
        foreach (string walk in walks)
        {
            Match[] stops = Stop().Matches(walk).ToArray();
            Assert.Equal(Enumerable.Range(1, stops.Length).Select(i => $"{i}"), stops.Select(stop => stop.Groups["number"].Value));
            Assert.InRange(stops.Length, 2, StopsOfAWalk);
            string[] files = [.. stops.Select(stop => stop.Groups["file"].Value)];
            Assert.Distinct(files);
            // Those too that a stop names besides.
            IEnumerable<string> named = SourcePath().Matches(walk).Select(match => match.Groups["file"].Value);
            Assert.All(named, file => Assert.True(File.Exists(Checkout.PathOf(file)), $"there is no {file}"));
        }
    }

    // A node's name in the drawing, and the room that it stands for.
    private static Dictionary<string, string> Drawn() =>
        Node().Matches(ArchitecturePage.Block("mermaid")).ToDictionary(
            match => match.Groups["id"].Value, match => match.Groups["room"].Value);

    private static IEnumerable<string> Tabled()
    {
        string rooms = ArchitecturePage.Text[ArchitecturePage.Text.IndexOf("\n`src/Longwire/`:", StringComparison.Ordinal)..];
        rooms = rooms[..rooms.IndexOf("\n## ", StringComparison.Ordinal)];
        return rooms.Split("\n`src/Longwire").Skip(1).SelectMany(project =>
        {
            // "/`:" for the program, ".UsbIp/`:" for a library.
            string library = project[..project.IndexOf('`', StringComparison.Ordinal)].TrimStart('.');
            return Row().Matches(project).Select(match => $"{library.TrimStart('/')}{match.Groups["room"].Value}");
        });
    }

    [GeneratedRegex(@"`(?<file>src/[^`]+\.cs)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"\b(?<id>\w+)\[""(?<room>[^""]+)""\]")]
    private static partial Regex Node();

    [GeneratedRegex(@"(?<from>\w+)(?:\[""[^""]+""\])? --> (?<to>\w+)")]
    private static partial Regex Arrow();

    [GeneratedRegex(@"^\| `(?<room>[\w/]+)/` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^(?<number>\d+)\. `(?<file>[^`]+)`: ", RegexOptions.Multiline)]
    private static partial Regex Stop();
}
