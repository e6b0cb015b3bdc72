using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Longwire.Platform;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Export.Link;

public sealed class EnrolmentFileTests : IDisposable
{
    private readonly PiWithHosts _pi = new();

    public void Dispose() => _pi.Dispose();

    [Fact]
    public void The_file_is_for_its_owner_alone()
    {
        _pi.Pair();
#pragma warning disable CA1416 // Runs on Linux alone.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_pi.Store.Path));
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("{ \"format\": 1, \"enrolled\": [", "cannot be read")]
    [InlineData("null", "is empty")]
    [InlineData("{}", "has format 0, this release knows 1")]
    [InlineData("""{ "format": 2, "enrolled": [], "barred": [], "token": null }""", "has format 2, this release knows 1")]
    [InlineData("""{ "format": 1, "token": null }""", "lacks enrolled or barred")]
    [InlineData("""{ "format": 1, "enrolled": [null], "barred": [], "token": null }""", "has a pin that is none")]
    [InlineData("""{ "format": 1, "enrolled": [{ "pin": "12" }], "barred": [], "token": null }""", "has a pin that is none")]
    [InlineData("""{ "format": 1, "enrolled": [], "barred": [], "token": { "secret": "5ec7e7" } }""", "has a token that is none")]
    public void A_file_that_cannot_be_understood_lets_those_in_that_were_known_and_nobody_new_and_is_left_alone(string content, string said)
    {
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), _pi.Pair(), "house"));
        _pi.Export.Judge(Key(2), _pi.Pair(), "other");
        _pi.Revoke(Key(2));
        PairingToken token = _pi.Pair();
        Assert.True(_pi.Export.IsEnrolled(Key(1)));
        byte[] good = File.ReadAllBytes(_pi.Store.Path);

        File.WriteAllText(_pi.Store.Path, content);

        Assert.True(_pi.Export.IsEnrolled(Key(1)));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), null, "house"));
        Assert.Equal(RefusalReason.Revoked, _pi.Export.Judge(Key(2), null, "other"));
        Assert.Equal(RefusalReason.NotEnrolled, _pi.Export.Judge(Key(3), token, "new"));
        Assert.Equal(content, File.ReadAllText(_pi.Store.Path));
        string line = Assert.Single(_pi.Log.Lines, line => line.Contains("cannot be read (", StringComparison.Ordinal));
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.Contains(_pi.Store.Path, line, StringComparison.Ordinal);
        Assert.DoesNotContain("5ec7e7", line, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => _pi.Pair());

        File.WriteAllBytes(_pi.Store.Path, good);
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(3), token, "new"));
        Assert.Contains(_pi.Log.Lines, line => line.Contains("can be read again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_with_a_key_or_with_what_is_known_of_hosts_would_be_missed()
    {
        Assert.False(_pi.Store.IsPaired);
        _pi.Pair();
        Assert.True(_pi.Store.IsPaired);
        File.Delete(_pi.Store.Path);
        LinkKeyFile.Open(_pi.Folder).Dispose();
        Assert.True(_pi.Store.IsPaired);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_enrols_nobody_says_so_and_leaves_the_token_good()
    {
        PairingToken token = _pi.Pair();
        Directory.CreateDirectory(_pi.Store.Path + ".new");

        Assert.Equal(RefusalReason.NotEnrolled, _pi.Export.Judge(Key(1), token, "house"));
        Assert.False(_pi.Export.IsEnrolled(Key(1)));
        Assert.Contains(_pi.Log.Lines, line => line.Contains("is not enrolled (house (key 0101010101010101))", StringComparison.Ordinal));

        Directory.Delete(_pi.Store.Path + ".new");
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), token, "house"));
    }

    [Fact]
    public void A_change_by_another_process_is_seen_although_time_and_size_stay_the_same()
    {
        _pi.Export.Judge(Key(1), _pi.Pair(), "house");
        Assert.True(_pi.Export.IsEnrolled(Key(1)));
        DateTime time = File.GetLastWriteTimeUtc(_pi.Store.Path);
        string other = File.ReadAllText(_pi.Store.Path).Replace(PinText.Of(Key(1)), PinText.Of(Key(9)), StringComparison.Ordinal);
        File.WriteAllText(_pi.Store.Path + ".2", other);
        File.SetLastWriteTimeUtc(_pi.Store.Path + ".2", time);
        File.Move(_pi.Store.Path + ".2", _pi.Store.Path, overwrite: true);

        Assert.False(_pi.Export.IsEnrolled(Key(1)));
        Assert.True(_pi.Export.IsEnrolled(Key(9)));
    }

    [Fact]
    public void No_secret_is_in_any_line_of_the_log_nor_in_any_text_of_what_is_kept()
    {
        PairingToken token = _pi.Pair();
        string secret = Convert.ToHexStringLower(token.Bytes);
        Assert.Contains(secret, File.ReadAllText(_pi.Store.Path), StringComparison.Ordinal);
        string before = _pi.Store.Read().ToString();
        _pi.Export.Judge(Key(2), PairingToken.Create(), "stranger");
        _pi.Export.Judge(Key(1), token, "house");
        // Damaged in the middle of the token and behind it.
        string content = File.ReadAllText(_pi.Store.Path);
        string half = content[..(content.IndexOf(secret, StringComparison.Ordinal) + 20)];
        string[] said =
        [
            before, _pi.Store.Read().ToString(),
            .. new[] { half, content.Replace(secret, secret + "ff", StringComparison.Ordinal) }
                .Select(damaged =>
                {
                    File.WriteAllText(_pi.Store.Path, damaged);
                    _pi.Export.Judge(Key(3), token, "house");
                    return Assert.Throws<IOException>(() => _pi.Store.Read()).ToString();
                }),
            .. _pi.Log.Lines,
        ];

        Assert.All(said, text => Assert.DoesNotContain(secret[..8], text, StringComparison.OrdinalIgnoreCase));
    }
}
