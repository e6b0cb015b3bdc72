using Longwire.Link.Tls;
using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class LinkKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-key-").FullName;

    private string Path => LinkKeyFile.PathIn(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_start_makes_a_key_for_its_owner_alone_and_every_later_one_has_the_same()
    {
        Assert.False(LinkKeyFile.IsIn(_folder));
        using LinkKey first = LinkKeyFile.Open(_folder);
        using LinkKey second = LinkKeyFile.Open(_folder);

        Assert.True(LinkKeyFile.IsIn(_folder));
        Assert.Equal(first.Pin, second.Pin);
#pragma warning disable CA1416 // Runs on Linux alone.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_folder_that_is_not_there_is_made()
    {
        string folder = System.IO.Path.Combine(_folder, "not", "there");
        using LinkKey key = LinkKeyFile.Open(folder);
        Assert.True(LinkKeyFile.IsIn(folder));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("  \n", "is empty")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIGH", "holds no private key")]
    [InlineData("nonsense", "holds no private key")]
    public void A_damaged_key_is_an_error_with_path_and_remedy_and_never_another_key(string content, string said)
    {
        File.WriteAllText(Path, content);

        var e = Assert.Throws<LinkKeyException>(() => LinkKeyFile.Open(_folder));

        Assert.Contains(Path, e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.Contains("Remedy", e.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    [Fact]
    public void Half_a_key_is_not_quoted()
    {
        using var key = LinkKey.Create();
        string half = key.ToPem()[..120];
        File.WriteAllText(Path, half);

        var e = Assert.Throws<LinkKeyException>(() => LinkKeyFile.Open(_folder));

        Assert.DoesNotContain(half[40..60], e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cannot_be_read_is_an_error_with_path_and_remedy()
    {
        // Not even root can read a folder as a file.
        Directory.CreateDirectory(Path);

        var e = Assert.Throws<LinkKeyException>(() => LinkKeyFile.Open(_folder));

        Assert.Contains($"{Path}, cannot be read", e.Message, StringComparison.Ordinal);
        Assert.Contains("Remedy", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cannot_be_kept_is_not_used()
    {
        Directory.CreateDirectory(Path + ".new");

        var e = Assert.Throws<LinkKeyException>(() => LinkKeyFile.Open(_folder));

        Assert.Contains("cannot be kept", e.Message, StringComparison.Ordinal);
        Assert.False(LinkKeyFile.IsIn(_folder));
    }

    [Fact]
    public async Task Many_first_starts_at_once_end_with_one_key()
    {
        LinkKey[] keys = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => LinkKeyFile.Open(_folder), TestContext.Current.CancellationToken)));

        Assert.Single(keys.Select(key => key.Pin).Distinct());
        foreach (LinkKey key in keys) key.Dispose();
    }

    [Fact]
    public void Another_key_takes_the_place_of_one_that_is_damaged()
    {
        File.WriteAllText(Path, "");
        using LinkKey made = LinkKeyFile.Replace(_folder);
        using LinkKey read = LinkKeyFile.Open(_folder);
        Assert.Equal(made.Pin, read.Pin);
    }
}
