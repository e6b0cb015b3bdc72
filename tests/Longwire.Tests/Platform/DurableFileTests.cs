using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-storage-").FullName;

    [Fact]
    public void A_file_is_replaced_as_a_whole_and_its_folder_made()
    {
        string path = Path.Combine(_folder, "not", "there", "memory.json");
        DurableFile.Replace(path, "a long first content"u8);
        DurableFile.Replace(path, "short"u8);
        Assert.Equal("short", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_the_old_one_and_says_so()
    {
        string path = Path.Combine(_folder, "memory.json");
        DurableFile.Replace(path, "old"u8);
        // Where the new one is written first: not even root can write over a folder.
        Directory.CreateDirectory(path + ".new");
        Assert.ThrowsAny<UnauthorizedAccessException>(() => DurableFile.Replace(path, "new"u8));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void A_disk_that_is_full_leaves_the_old_one_and_says_so()
    {
        string path = Path.Combine(_folder, "memory.json");
        DurableFile.Replace(path, "old"u8);
        File.CreateSymbolicLink(path + ".new", "/dev/full");
        IOException e = Assert.ThrowsAny<IOException>(() => DurableFile.Replace(path, "new"u8));
        Assert.Contains("No space left on device", e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void A_folder_that_is_a_file_says_so()
    {
        string notAFolder = Path.Combine(_folder, "file");
        File.WriteAllText(notAFolder, "");
        Assert.ThrowsAny<IOException>(() => DurableFile.Replace(Path.Combine(notAFolder, "memory.json"), "new"u8));
    }

    [Fact]
    public void A_folder_is_brought_to_the_disk_and_one_that_is_not_there_says_so()
    {
        FolderOnDisk.Flush(_folder);
        string gone = Path.Combine(_folder, "gone");
        Assert.Equal($"{gone} cannot be brought to the disk: ENOENT", Assert.Throws<IOException>(() => FolderOnDisk.Flush(gone)).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
