using System.Text.Json;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Commands;

public sealed class PairTests : IDisposable
{
    private readonly TestRun _run = new();

    private string Data => Path.Combine(_run.Folder, "data");

    private EnrolmentStore Store => new(Data);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_code_is_printed_that_leads_here_and_says_what_to_do_with_it()
    {
        string options = _run.Write("export.yaml", "listen: 4000\n");

        PairingCode code = await PrintAsync("--options", options);

        using LinkKey key = LinkKeyFile.Open(Data);
        Assert.Equal((4000, key.Pin), (code.Port, code.Pin));
        Assert.Equal(["192.168.0.10", "attic.local"], code.Addresses);
        Assert.Equal(code.Token, EnrolmentRules.TokenOf(Store.Read().Token!));
        string said = _run.Output.ToString();
        Assert.Contains("pairing_code", said, StringComparison.Ordinal);
        Assert.Contains("192.168.0.10, attic.local, port 4000", said, StringComparison.Ordinal);
        Assert.Contains(key.Pin.ToString(), said, StringComparison.Ordinal);
        Assert.Contains("within the next 24 h", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_open_code_is_printed_again_and_another_once_it_has_let_a_host_in()
    {
        PairingCode first = await PrintAsync();
        Assert.Equal(first.Token, (await PrintAsync()).Token);

        Enrol(1, "house", first.Token);

        PairingCode second = await PrintAsync();
        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal(first.Pin, second.Pin);
    }

    [Fact]
    public async Task A_new_token_voids_the_one_before()
    {
        PairingCode first = await PrintAsync();
        PairingCode second = await PrintAsync("--new-token");

        Assert.NotEqual(first.Token, second.Token);
        Assert.Equal(second.Token, EnrolmentRules.TokenOf(Store.Read().Token!));
    }

    [Fact]
    public async Task A_new_identity_is_another_key_that_knows_nobody_and_says_so()
    {
        PairingCode first = await PrintAsync();
        Enrol(1, "house", first.Token);
        await PrintAsync();

        PairingCode second = await PrintAsync("--new-identity");

        Assert.NotEqual(first.Pin, second.Pin);
        Assert.Empty(Store.Read().Enrolled);
        Assert.Contains("Every host must be paired anew", _run.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Start longwire export anew", _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_identity_mends_a_damaged_key_and_nothing_else_does()
    {
        LinkKeyFile.Open(Data).Dispose();
        await File.WriteAllTextAsync(LinkKeyFile.PathIn(Data), "", Cancelled);

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data));
        Assert.Empty(_run.Output.ToString());
        Assert.Contains($"{LinkKeyFile.PathIn(Data)}, is empty", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", await File.ReadAllTextAsync(LinkKeyFile.PathIn(Data), Cancelled));

        await PrintAsync("--new-identity");
    }

    [Fact]
    public async Task For_programs_the_code_is_json_and_nothing_else_is_on_stdout()
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync("pair", "--data", Data, "--json"));

        using var json = JsonDocument.Parse(_run.Output.ToString());
        Assert.True(PairingCode.TryParse(json.RootElement.GetProperty("code").GetString(), out PairingCode? code, out _, out _));
        Assert.Equal(code!.Pin.ToString(), json.RootElement.GetProperty("key").GetString());
        Assert.Equal(PinText.Of(code.Pin), json.RootElement.GetProperty("pin").GetString());
        Assert.Equal(3241, json.RootElement.GetProperty("port").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("seconds_left").GetInt64(), 86000, 86400);
        Assert.Equal("192.168.0.10", json.RootElement.GetProperty("addresses")[0].GetString());
    }

    [Fact]
    public async Task A_machine_without_any_address_is_told_so_and_no_key_is_made()
    {
        _run.Addresses.Clear();
        _run.MachineName = "localhost";

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data));
        Assert.Contains("no address", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.False(LinkKeyFile.IsIn(Data));
    }

    [Fact]
    public async Task Without_a_running_export_a_person_is_told_that_nobody_knows_the_code()
    {
        await PrintAsync();
        Assert.Contains($"No longwire export uses {Data}", _run.Error.ToString(), StringComparison.Ordinal);
        _run.Error.GetStringBuilder().Clear();

        using IDisposable? export = DataFolder.TryLock(Data, RoleLock.Export);
        await PrintAsync();
        Assert.Empty(_run.Error.ToString());
    }

    [Fact]
    public async Task A_data_folder_that_does_not_last_is_told()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        FakeSysfs.WriteFile(
            Path.Combine(SysfsRoot.Below(_run.Folder).Proc, "self/mountinfo"), "20 10 0:40 / / rw,relatime - overlay overlay rw\n");

        await PrintAsync();

        Assert.Contains("This pairing will not last", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"longwire:{Data}", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_known_of_hosts_is_not_written_over_where_it_cannot_be_read()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Store.Path, "nonsense", Cancelled);

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data, "--new-identity"));
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data));
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data, "--list"));
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("pair", "--data", Data, "--revoke", "house"));

        Assert.Contains($"Nothing is done: {Store.Path} cannot be read", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal("nonsense", await File.ReadAllTextAsync(Store.Path, Cancelled));
        Assert.Empty(_run.Output.ToString());
    }

    [Theory]
    [InlineData("--list --new-token")]
    [InlineData("--revoke house --list")]
    [InlineData("--new-identity --new-token")]
    [InlineData("--revoke house --json")]
    [InlineData("--revoke")]
    [InlineData("house")]
    public async Task What_cannot_be_meant_ends_with_2_and_changes_nothing(string arguments)
    {
        Assert.Equal(ExitCode.Usage, await _run.RunAsync(["pair", "--data", Data, .. arguments.Split(' ')]));
        Assert.NotEmpty(_run.Error.ToString());
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task No_secret_is_in_anything_but_the_code_itself()
    {
        PairingCode code = await PrintAsync();
        string token = Convert.ToHexStringLower(code.Token.Bytes);
        string said = _run.Output.ToString() + _run.Error;

        Assert.DoesNotContain(token, said.Replace(code.Format(), "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Single(said.Split('\n'), line => line.Contains(code.Format()[^40..], StringComparison.Ordinal));
    }

    private void Enrol(byte key, string? name, PairingToken token)
    {
        var now = Moment.Now(SysfsRoot.Below(_run.Folder), TimeProvider.System);
        Assert.Equal(token, EnrolmentRules.TokenOf(Store.Read().Token!));
        Store.Change(file => file.WithHost(Key(key), name, now));
    }

    private async Task<PairingCode> PrintAsync(params string[] arguments)
    {
        _run.Output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await _run.RunAsync(["pair", "--data", Data, .. arguments]));
        string line = Assert.Single(
            _run.Output.ToString().Split('\n'), line => line.StartsWith("LW1-", StringComparison.Ordinal));
        Assert.True(PairingCode.TryParse(line, out PairingCode? code, out _, out _));
        return code!;
    }
}
