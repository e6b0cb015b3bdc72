using System.Text.Json.Serialization;
using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class JsonStoreTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-store-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "some.json");
    private string Copy => Path + ".unreadable";

    [Fact]
    public void What_is_saved_is_read_again_and_nothing_is_there_before()
    {
        JsonStore<StoredNote> store = Store();
        Assert.Equal(new JsonReading<StoredNote>(null, JsonProblem.None, ""), store.Load());
        store.Save(new StoredNote(1, "hello"));
        Assert.Equal(new StoredNote(1, "hello"), Store().Load().Value);
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("{", "NoJson")]
    [InlineData("null", "Unsound")]
    [InlineData("""{"Format":2,"Text":"later"}""", "Unsound")]
    public void What_is_not_understood_is_kept_aside_once(string content, string problem)
    {
        File.WriteAllText(Path, content);
        JsonStore<StoredNote> store = Store();
        JsonReading<StoredNote> reading = store.Load();
        Assert.Equal((problem, null), (reading.Problem.ToString(), reading.Value));
        Assert.Equal($"The old file is kept as {Copy}.", reading.Kept);
        Assert.Equal(content, File.ReadAllText(Copy));

        // Found again at the next start, it is the same copy.
        DateTime written = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Copy, written);
        Store().Load();
        store.Save(new StoredNote(1, "new"));
        store.Save(new StoredNote(1, "newer"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Copy));
        Assert.Equal(content, File.ReadAllText(Copy));
        Assert.Equal("newer", Store().Load().Value!.Text);
    }

    [Fact]
    public void Who_only_reads_keeps_nothing_aside()
    {
        File.WriteAllText(Path, "{");
        Assert.Equal((JsonProblem.NoJson, ""), (Store().Read().Problem, Store().Read().Kept));
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_cannot_be_read_is_not_written_over()
    {
        Directory.CreateDirectory(Path);
        JsonStore<StoredNote> store = Store();
        Assert.Equal(JsonProblem.Inaccessible, store.Load().Problem);
        Directory.Delete(Path);
        Assert.Throws<IOException>(() => store.Save(new StoredNote(1, "new")));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void What_is_soon_known_again_is_written_over_one_that_cannot_be_read()
    {
        Directory.CreateDirectory(Path);
        JsonStore<StoredNote> store = Store(isReplaceable: true);
        Assert.Equal(JsonProblem.Inaccessible, store.Load().Problem);
        Directory.Delete(Path);
        store.Save(new StoredNote(1, "new"));
        Assert.Equal("new", Store().Load().Value!.Text);
    }

    [Fact]
    public void What_somebody_has_removed_needs_no_copy_any_more()
    {
        File.WriteAllText(Path, "{");
        // No copy can be made: something else has its name.
        Directory.CreateDirectory(Copy);
        JsonStore<StoredNote> store = Store();
        Assert.Contains("could not be copied", store.Load().Kept, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => store.Save(new StoredNote(1, "new")));
        File.Delete(Path);
        store.Save(new StoredNote(1, "new"));
        Assert.Equal("new", Store().Read().Value!.Text);
    }

    [Fact]
    public void A_secret_is_its_owners_alone_and_so_is_the_copy_of_one()
    {
        File.WriteAllText(Path, "{");
        // What a crash left there, for everybody to read.
        File.WriteAllText(Path + ".new", "half");
        JsonStore<StoredNote> store = Store(isSecret: true);
        store.Load();
        store.Save(new StoredNote(1, "a key"));
#pragma warning disable CA1416 // Runs on Linux alone.
        Assert.Equal((OwnerOnly, OwnerOnly), (File.GetUnixFileMode(Path), File.GetUnixFileMode(Copy)));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_format_that_is_not_known_is_named() =>
        Assert.Equal("has format 2, this release knows 1", JsonFormat.FaultOf(2, 1));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private JsonStore<StoredNote> Store(bool isSecret = false, bool isReplaceable = false) => new(
        Path, StoredNoteJson.Default.StoredNote, note => note is null ? "is empty" : JsonFormat.FaultOf(note.Format, 1), isSecret,
        isReplaceable);
}

internal sealed record StoredNote(int Format, string Text);

[JsonSerializable(typeof(StoredNote))]
internal sealed partial class StoredNoteJson : JsonSerializerContext;
