using System.Text.Json;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Commands;

public sealed class PairedHostsTests : IDisposable
{
    private static readonly Moment s_then = new("", null, new DateTimeOffset(2026, 5, 1, 12, 30, 0, TimeSpan.Zero));

    private readonly TestRun _run = new();

    public PairedHostsTests() => Store.Change(_ =>
    {
        EnrolmentFile file = EnrolmentFile.Empty;
        (byte, string?)[] hosts = [(0x11, "house"), (0x22, "Twin"), (0x23, "twin"), (0x44, null), (0x55, "old")];
        foreach ((byte key, string? name) in hosts)
            file = file.WithOpenToken(PairingToken.Create, s_then, another: true).WithHost(Key(key), name, s_then);
        return file.WithBarred(file.Enrolled[^1], s_then).WithOpenToken(PairingToken.Create, s_then, another: true);
    });

    private EnrolmentStore Store => new(_run.Folder);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_list_shows_who_is_let_in_and_who_is_revoked()
    {
        Assert.Equal(ExitCode.Done, await ListAsync());

        Assert.Equal(
            """
            Hosts that are let in:
              NAME   KEY               SINCE (UTC, by this Pi's clock)
              house  1111111111111111  2026-05-01 12:30
              Twin   2222222222222222  2026-05-01 12:30
              twin   2323232323232323  2026-05-01 12:30
              -      4444444444444444  2026-05-01 12:30

            Hosts that are revoked, for good:
              NAME  KEY               SINCE (UTC, by this Pi's clock)
              old   5555555555555555  2026-05-01 12:30

            """, _run.Output.ToString());
    }

    [Fact]
    public async Task A_list_for_programs_has_the_whole_pin_and_no_token()
    {
        Assert.Equal(ExitCode.Done, await ListAsync("--json"));

        using var json = JsonDocument.Parse(_run.Output.ToString());
        JsonElement enrolled = json.RootElement.GetProperty("enrolled"), revoked = json.RootElement.GetProperty("revoked");
        Assert.Equal((4, 1), (enrolled.GetArrayLength(), revoked.GetArrayLength()));
        Assert.Equal(PinText.Of(Key(0x11)), enrolled[0].GetProperty("pin").GetString());
        Assert.Equal("1111111111111111", enrolled[0].GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, enrolled[3].GetProperty("name").ValueKind);
        Assert.DoesNotContain(Store.Read().Token!.Secret, _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_nobody_says_how_to_let_a_host_in_and_makes_no_folder()
    {
        string missing = Path.Combine(_run.Folder, "missing");

        Assert.Equal(ExitCode.Done, await _run.RunAsync("pair", "--list", "--data", missing));
        Assert.Contains("longwire pair", _run.Output.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Theory]
    [InlineData("house")]
    [InlineData("HOUSE")]
    [InlineData("1111")]
    [InlineData("1111111111111111")]
    public async Task A_host_is_revoked_by_its_name_or_the_digits_of_its_key_and_the_open_token_goes_with_it(string written)
    {
        Assert.Equal(ExitCode.Done, await RevokeAsync(written));

        Assert.Contains("Revoked: house (key 1111111111111111)", _run.Output.ToString(), StringComparison.Ordinal);
        EnrolmentFile known = Store.Read();
        Assert.False(known.IsEnrolled(PinText.Of(Key(0x11))));
        Assert.True(known.IsBarred(PinText.Of(Key(0x11))));
        Assert.Equal(3, known.Enrolled.Length);
        Assert.Null(known.Token);
    }

    [Theory]
    [InlineData(
        "twin", "2 hosts are called 'twin'; write the digits of the key: Twin (key 2222222222222222), twin (key 2323232323232323).")]
    [InlineData("nobody", "No host is called 'nobody', and no key begins so. Known: house (key 1111111111111111)")]
    [InlineData("111", "No host is called '111'")]
    [InlineData("a\u001bb", "No host is called 'a?b'")]
    public async Task A_host_that_is_not_one_is_answered_with_those_there_are(string written, string expected)
    {
        Assert.Equal(ExitCode.Failed, await RevokeAsync(written));

        Assert.Contains(expected, _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, Store.Read().Enrolled.Length);
        Assert.NotNull(Store.Read().Token);
    }

    [Fact]
    public async Task A_host_that_is_revoked_already_is_said_to_be()
    {
        Assert.Equal(ExitCode.Done, await RevokeAsync("old"));
        Assert.Contains("'old' is revoked already", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.NotNull(Store.Read().Token);
    }

    private Task<int> ListAsync(params string[] arguments) => _run.RunAsync(["pair", "--list", "--data", _run.Folder, .. arguments]);

    private Task<int> RevokeAsync(string written) => _run.RunAsync("pair", "--revoke", written, "--data", _run.Folder);
}
