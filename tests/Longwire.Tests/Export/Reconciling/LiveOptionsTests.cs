using System.Net;
using System.Net.Sockets;
using Longwire.Options;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>Options that change while export runs: what changed is done, and nothing else is touched.</summary>
public sealed class LiveOptionsTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_stick_that_is_named_is_bound_and_one_that_no_longer_is_given_back_while_a_third_goes_on_being_served()
    {
        _bench.Options = _bench.Options with { Radios = [Rule("0658:0200@1"), Rule("0658:0200@2")], TakeRecognised = false };
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        _bench.Sysfs.Plug("1-3", tty: "ttyACM2");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync("1-2");
        await _bench.UntilOfferedAsync();
        (Socket served, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        await _bench.ChangeAsync(_bench.Options with { Radios = [Rule("0658:0200@1", "Attic"), Rule("0658:0200@3")] });
        await _bench.UntilOfferedAsync("1-3");
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio, "1-2");
        // The kernel tells of the unbinding before the stick's own driver has it back.
        string driver = Path.Combine(_bench.Sysfs.DeviceFolder("1-2"), "driver");
        await Eventually.IsTrueAsync(
            () => new FileInfo(driver).LinkTarget?.EndsWith("/usb", StringComparison.Ordinal) == true, () => "its own driver to have 1-2");
        Assert.Equal(NoticeReason.InUse, _bench.Reasons["1-1"]);
        Assert.DoesNotContain("1-1/usbip_sockfd -1", _bench.Kernel.Lines);
        served.Dispose();
    }

    [Fact]
    public async Task Who_is_no_longer_allowed_loses_the_stick_and_is_turned_away_and_who_is_allowed_now_gets_it()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        (Socket served, _) = await _bench.ImportAsync();
        await _bench.ChangeAsync(Allowing("127.0.0.2"));
        await _bench.UntilSaidAsync("no longer served to 127.0.0.1");
        await _bench.UntilOfferedAsync();
        Assert.Contains("1-1/usbip_sockfd -1", _bench.Kernel.Lines);
        served.Dispose();
        using (Socket stranger = await _bench.ConnectAsync()) Assert.Empty(await ExportBench.ReadToEndAsync(stranger));
        await _bench.UntilSaidAsync("127.0.0.1 asked for a radio and is not among the allowed clients");
        await _bench.ChangeAsync(Allowing("127.0.0.2", "127.0.0.1"));
        (Socket again, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        again.Dispose();
    }

    [Fact]
    public async Task Who_was_let_in_before_the_change_and_asks_after_it_gets_nothing()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        using Socket waiting = await _bench.ConnectAsync();
        // What is answered to somebody who came later shows that the first is in.
        (await _bench.ImportAsync("9-9")).Connection.Dispose();
        await _bench.ChangeAsync(Allowing("127.0.0.2"));
        (_, UsbIpStatus status) = await _bench.ImportAsync(over: waiting);
        Assert.Equal(UsbIpStatus.NoSuchDevice, status);
        Assert.DoesNotContain(_bench.Kernel.Lines, line => line.StartsWith("1-1/usbip_sockfd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_a_former_life_began_is_cut_when_anybody_is_taken_out_for_it_may_be_theirs()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        (Socket served, _) = await _bench.ImportAsync();
        await _bench.DieAsync();
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.InUse);
        int before = _bench.Kernel.Writes.Count;
        await _bench.ChangeAsync(Allowing("127.0.0.1", "127.0.0.2"));
        await _bench.ChangeAsync(Allowing("127.0.0.1"));
        await _bench.UntilAsync(() => _bench.Kernel.Writes.Count > before, "the session to be cut");
        Assert.Equal(["1-1/usbip_sockfd -1"], _bench.Kernel.Lines.Skip(before));
        await _bench.UntilOfferedAsync();
        served.Dispose();
    }

    [Fact]
    public async Task The_port_opens_with_the_first_who_is_allowed_moves_and_closes_with_the_last()
    {
        int one = FreePort(), other = FreePort();
        _bench.Options = new ExportOptions { Stock = new StockExportOptions { Port = one } };
        await _bench.StartAsync();
        await _bench.UntilSaidAsync("stays closed");
        await _bench.ChangeAsync(new ExportOptions { Stock = new StockExportOptions { Port = one, Allow = ["127.0.0.1"] } });
        await _bench.UntilSaidAsync($"Listening on port {one}");
        _bench.Port = one;
        using (await _bench.ConnectAsync())
        {
        }
        await _bench.ChangeAsync(new ExportOptions { Stock = new StockExportOptions { Port = other, Allow = ["127.0.0.1"] } });
        await _bench.UntilSaidAsync($"Listening on port {other}");
        await Assert.ThrowsAsync<SocketException>(_bench.ConnectAsync);
        _bench.Port = other;
        using (await _bench.ConnectAsync())
        {
        }
        await _bench.ChangeAsync(new ExportOptions { Stock = new StockExportOptions { Port = other } });
        await _bench.UntilSaidAsync($"so port {other} stays closed");
        await Assert.ThrowsAsync<SocketException>(_bench.ConnectAsync);
    }

    [Fact]
    public async Task While_the_port_is_taken_nobody_is_told_that_it_listens_and_then_for_whom_it_does_now()
    {
        using var other = new TcpListener(IPAddress.IPv6Any, 0);
        other.Server.DualMode = true;
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        _bench.Options = new ExportOptions { Stock = new StockExportOptions { Port = port } };
        await _bench.StartAsync();
        await _bench.ChangeAsync(new ExportOptions { Stock = new StockExportOptions { Port = port, Allow = ["127.0.0.1"] } });
        await _bench.UntilSaidAsync($"Port {port} is taken");
        await _bench.ChangeAsync(new ExportOptions { Stock = new StockExportOptions { Port = port, Allow = ["127.0.0.1", "127.0.0.2"] } });
        Assert.False(_bench.Said("Listening"));
        other.Stop();
        await _bench.UntilSaidAsync($"Listening on port {port} for 127.0.0.1, 127.0.0.2");
    }

    [Fact]
    public async Task What_somebody_else_bound_is_taken_over_and_let_go_as_the_options_say()
    {
        _bench.Sysfs.SetDriver(_bench.Sysfs.Plug(), "usbip-host");
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
        await _bench.ChangeAsync(_bench.Options with { TakeOver = true });
        await _bench.UntilOfferedAsync();
        (Socket served, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        await _bench.ChangeAsync(_bench.Options with { TakeOver = false });
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
        await _bench.UntilSaidAsync("stays bound to usbip-host, as it was found");
        Assert.EndsWith(
            "/usbip-host", new FileInfo(Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "driver")).LinkTarget, StringComparison.Ordinal);
        Assert.Contains("1-1/usbip_sockfd -1", _bench.Kernel.Lines);
        served.Dispose();
    }

    [Fact]
    public async Task The_log_is_told_its_level_once_with_a_change_and_of_the_same_again_nothing()
    {
        await _bench.StartAsync();
        await _bench.ChangeAsync(_bench.Options);
        Assert.Empty(_bench.LogLevels);
        await _bench.ChangeAsync(_bench.Options with { LogLevel = LogLevel.Debug });
        Assert.Equal(LogLevel.Debug, Assert.Single(_bench.LogLevels));
    }

    [Fact]
    public async Task A_problem_is_said_when_it_comes_and_not_with_every_change()
    {
        var problem = new OptionProblem("radios[0].match", "x", "write vid:pid") { Line = 2 };
        await _bench.StartAsync();
        await _bench.ChangeAsync(_bench.Options, problem);
        await _bench.ChangeAsync(_bench.Options, problem with { Line = 3 });
        Assert.Single(_bench.Log.Lines, line => line.Contains("write vid:pid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_a_list_stays_as_it_was_is_said_once_and_again_after_it_was_mended()
    {
        await _bench.StartAsync();
        ExportOptions unclear = _bench.Options with { Stock = _bench.Options.Stock with { Allow = [] }, Unclear = ["stock.allow"] };
        await _bench.ChangeAsync(unclear);
        await _bench.ChangeAsync(unclear with { LogLevel = LogLevel.Debug });
        await _bench.ChangeAsync(_bench.Options);
        await _bench.ChangeAsync(unclear);
        Assert.Equal(
            2,
            _bench.Log.Lines.Count(line => line.Contains("what they said before of stock.allow stays in force", StringComparison.Ordinal)));
    }

    // Each can be read but for one list or switch, of which something else was in force before.
    [Theory]
    [InlineData("radios: [{match: '0658:02'}]\nstock: {allow: [127.0.0.1], port: 0}")]
    [InlineData("radois: [{match: '0658:0200'}]\nstock: {allow: [127.0.0.1], port: 0}")]
    [InlineData("radios: [{match: '0658:0200@1'}]\nstock: {allow: [127.0.0.300], port: 0}")]
    [InlineData("radios: [{match: '0658:0200@1'}]\nstock: {alow: [127.0.0.2], port: 0}")]
    [InlineData("radios: [{match: '0658:0200@1'}]\nstok: {allow: [127.0.0.2]}")]
    [InlineData("radios: [{match: '0658:0200@1'}]\nstock: {allow: [127.0.0.1], port: 0}\ntake_over: ture")]
    public async Task What_stays_in_force_although_it_cannot_be_read_outlives_a_fault_after_which_the_service_starts_anew(string slip)
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        _bench.Options = _bench.Options with { Radios = [Rule("0658:0200@1")], TakeRecognised = false };
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.ChangeAsync(Read(slip));
        ExportOptions before = _bench.InForce;
        Assert.Equal(["127.0.0.1"], before.Stock.Allow);
        await _bench.StopAsync();

        await _bench.StartAnewAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio, "1-2");
        // What is in the file is the first that each life hears of.
        await _bench.ChangeAsync(Read(slip));
        Assert.Equal(before, _bench.InForce);
        (Socket served, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        served.Dispose();
        Assert.Single(_bench.Log.Lines, line => line.Contains("stays in force until it can", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("radios: [{match: '0658:02'}]")]
    [InlineData("radois: [{match: '0658:0200'}]")]
    [InlineData("radios: {match: '0658:0200'}")]
    public void A_list_of_radios_that_cannot_be_read_whole_leaves_the_one_before_in_force(string slip)
    {
        ExportOptions before = Read("radios: [{match: '10c4:ea60:0001'}]\nstock: {allow: [10.0.0.1]}");
        ExportOptions kept = Read(slip + "\nstock: {allow: [10.0.0.2], port: 3242}").KeepingWhatIsUnclear(before);
        Assert.Equal(before.Radios, kept.Radios);
        Assert.False(kept.TakeRecognised);
        Assert.Equal(["10.0.0.2"], kept.Stock.Allow);
        Assert.Equal(3242, kept.Stock.Port);
    }

    [Theory]
    [InlineData("stock: {allow: [10.0.0.2/24], port: 3242}")]
    [InlineData("stock: {alow: [10.0.0.2], port: 3242}")]
    [InlineData("stok: {allow: [10.0.0.2]}")]
    [InlineData("stock: [10.0.0.2]")]
    [InlineData("stock: 10.0.0.2")]
    public void A_list_of_clients_that_cannot_be_read_whole_leaves_the_one_before_in_force(string slip)
    {
        ExportOptions before = Read("stock: {allow: [10.0.0.1]}");
        Assert.Equal(["10.0.0.1"], Read(slip).KeepingWhatIsUnclear(before).Stock.Allow);
    }

    [Theory]
    [InlineData("take_over: ture")]
    [InlineData("takeover: true")]
    public void A_switch_that_cannot_be_read_stays_as_it_was(string slip) =>
        Assert.True(Read(slip).KeepingWhatIsUnclear(Read("take_over: true")).TakeOver);

    [Theory]
    [InlineData("stock: {port: 4001x, allow: [10.0.0.1]}")]
    [InlineData("stock: {prot: 4001, allow: [10.0.0.1]}")]
    public void A_port_that_cannot_be_read_stays_as_it_was(string slip) =>
        Assert.Equal(4001, Read(slip).KeepingWhatIsUnclear(Read("stock: {port: 4001, allow: [10.0.0.1]}")).Stock.Port);

    [Fact]
    public void What_the_environment_says_clearly_is_not_kept_for_a_slip_in_the_file()
    {
        ExportOptions read = OptionsFile.ParseExport(
            "take_over: ture"u8.ToArray(), "export.yaml", [new("LONGWIRE_TAKE_OVER", "false")]).Options;
        Assert.False(read.KeepingWhatIsUnclear(Read("take_over: true")).TakeOver);
    }

    [Fact]
    public void A_list_that_is_taken_out_is_gone()
    {
        ExportOptions before = Read("radios: [{match: '10c4:ea60:0001'}]\nstock: {allow: [10.0.0.1]}");
        ExportOptions now = Read("log_level: debug").KeepingWhatIsUnclear(before);
        Assert.True(now.TakeRecognised);
        Assert.Empty(now.Radios);
        Assert.Empty(now.Stock.Allow);
    }

    private static ExportOptions Read(string yaml) =>
        OptionsFile.ParseExport(System.Text.Encoding.UTF8.GetBytes(yaml), "export.yaml", []).Options;

    private static ExportOptions Allowing(params string[] addresses) =>
        new() { Stock = new StockExportOptions { Port = 0, Allow = [.. addresses] } };

    private static RadioRule Rule(string match, string? name = null) =>
        new()
        {
            Match = RadioMatch.TryParse(match, out RadioMatch? parsed) ? parsed : throw new FormatException(match),
            Name = name,
            Path = "radios[0]",
        };

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
