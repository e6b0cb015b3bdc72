using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>The order of the rooms is written once, in docs/architecture.md.</summary>
public sealed class RoomsTests
{
    private const string Page = "docs/architecture.md";

    [Fact]
    public void No_room_imports_one_above_it()
    {
        Dictionary<string, HashSet<string>> below = Order();
        var declared = SourceFile.All.SelectMany(
            file => file.Declares.Select(name => (name, file.Room))).ToLookup(x => x.name, x => x.Room);
        var wrong = new List<string>();
        foreach (SourceFile file in SourceFile.All)
        {
            if (file.Room is not { } room) continue;
            IReadOnlySet<string> sees = file.Sees;
            foreach (string name in file.Names)
            {
                foreach (string other in declared[name].OfType<string>().Distinct())
                {
                    // Of types of one name the nearest is meant, and there are none in rooms that see each other.
                    if (other != room && sees.Contains(other) && !declared[name].Contains(room) && !below[room].Contains(other))
                        wrong.Add($"{file.Path}: {room} imports {other} ({name})");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_room_has_its_place_in_the_order_and_no_place_is_empty()
    {
        string[] rooms = [.. SourceFile.All.Select(file => file.Room).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(rooms, Order().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_file_lies_in_the_folder_of_its_room() => Assert.All(SourceFile.All, file =>
    {
        if (file.Room is not { } room) return;
        string folder = room.StartsWith("UsbIp/", StringComparison.Ordinal)
            ? $"src/Longwire.UsbIp/{room["UsbIp/".Length..]}"
            : $"src/Longwire/{room}";
        Assert.Equal(folder, Path.GetDirectoryName(file.Path));
    });

    /// <summary>For each room all that it may import.</summary>
    private static Dictionary<string, HashSet<string>> Order()
    {
        string page = Checkout.Text(Page);
        int start = page.IndexOf("```order\n", StringComparison.Ordinal) + "```order\n".Length;
        string[] lines = page[start..page.IndexOf("```", start, StringComparison.Ordinal)].Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);
        var below = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var lower = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            var here = new HashSet<string>(StringComparer.Ordinal);
            // Stacks that stand side by side.
            foreach (string stack in line.Split(';'))
            {
                var under = new HashSet<string>(lower, StringComparer.Ordinal);
                foreach (string layer in stack.Split('<'))
                {
                    string[] rooms = layer.Split(',', StringSplitOptions.TrimEntries);
                    foreach (string room in rooms) below.Add(room, [.. under]);
                    under.UnionWith(rooms);
                    here.UnionWith(rooms);
                }
            }
            lower.UnionWith(here);
        }
        return below;
    }
}
