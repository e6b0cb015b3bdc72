using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>The order of the rooms is written once, in docs/architecture.md.</summary>
public sealed class RoomsTests
{
    [Fact]
    public void No_room_imports_one_above_it()
    {
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
                    if (other != room && sees.Contains(other) && !declared[name].Contains(room) && !RoomOrder.MayImport(room, other))
                        wrong.Add($"{file.Path}: {room} imports {other} ({name})");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_file_lies_in_the_folder_of_its_room() => Assert.All(SourceFile.All, file =>
    {
        if (file.Room is not { } room) return;
        string library = room.Split('/')[0];
        string folder = library is "UsbIp" or "Link" ? $"src/Longwire.{room}" : $"src/Longwire/{room}";
        Assert.Equal(folder, Path.GetDirectoryName(file.Path));
    });
}
