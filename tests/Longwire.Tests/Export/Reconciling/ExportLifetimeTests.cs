using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>
/// What one life of the export leaves to the machine and to the next: at a stop, after a crash, with options that changed meanwhile.
/// </summary>
public sealed class ExportLifetimeTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    [Fact]
    public async Task A_stop_gives_every_stick_back_with_its_tty_and_its_autosuspend()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilOfferedAsync("1-2");
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        await _bench.StopAsync();
        connection.Dispose();

        foreach (string busId in (string[])["1-1", "1-2"])
        {
            string folder = _bench.Sysfs.DeviceFolder(busId);
            Assert.EndsWith("/usb", new FileInfo(Path.Combine(folder, "driver")).LinkTarget, StringComparison.Ordinal);
            Assert.True(Directory.Exists(Path.Combine(folder, busId + ":1.0")));
            Assert.Equal("auto", _bench.PowerControl(busId));
        }
        Assert.Contains("1-1/usbip_sockfd -1", _bench.Kernel.Lines);
        Assert.DoesNotContain(
            "1-1", await File.ReadAllTextAsync(_bench.LedgerPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_crash_our_sticks_are_adopted_idle_or_served()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilOfferedAsync("1-2");
        await _bench.DieAsync();
        _bench.Kernel.SetStatus("1-2", 2);
        int before = _bench.Kernel.Writes.Count;

        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilReasonAsync(NoticeReason.InUse, "1-2");
        Assert.Equal(before, _bench.Kernel.Writes.Count);
        _bench.Kernel.SetStatus("1-2", 1);
        await _bench.UntilOfferedAsync("1-2");

        await _bench.StopAsync();
        Assert.Equal("auto", _bench.PowerControl("1-1"));
    }

    [Fact]
    public async Task A_crash_between_two_writes_leaves_no_stick_without_a_driver()
    {
        _bench.Sysfs.SetDriver(_bench.Sysfs.Plug(), null);
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_ledger_of_another_boot_or_of_another_port_claims_nothing()
    {
        string folder = _bench.Sysfs.Plug();
        _bench.Sysfs.SetDriver(folder, "usbip-host");
        _bench.Kernel.SetStatus("1-1", 1);
        Directory.CreateDirectory(Path.GetDirectoryName(_bench.LedgerPath)!);
        string other = """{"boot_id":"another","sticks":[{"bus_id":"1-1","port":"/sys/devices/platform/soc/dummy_hcd.0/1","may_sleep":true}]}""";
        await File.WriteAllTextAsync(_bench.LedgerPath, other, TestContext.Current.CancellationToken);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
        await _bench.StopAsync();

        string moved = """{"boot_id":"11111111-2222-3333-4444-555555555555","sticks":[{"bus_id":"1-1","port":"/sys/devices/elsewhere/1","may_sleep":true}]}""";
        await File.WriteAllTextAsync(_bench.LedgerPath, moved, TestContext.Current.CancellationToken);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"boot_id":null,"sticks":null}""")]
    [InlineData("""{"boot_id":"11111111-2222-3333-4444-555555555555","sticks":[null,{"bus_id":"../../x","port":"y","may_sleep":true},{"bus_id":null,"port":null,"may_sleep":true}]}""")]
    public async Task A_ledger_of_garbage_is_survived_and_claims_nothing(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_bench.LedgerPath)!);
        await File.WriteAllTextAsync(_bench.LedgerPath, text, TestContext.Current.CancellationToken);
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_stick_that_the_options_no_longer_name_is_given_back_at_the_next_start()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.DieAsync();
        _bench.Options = _bench.Options with { TakeRecognised = false };
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio);
        await _bench.UntilAsync(() => _bench.Kernel.Lines.Last() == "usb/bind 1-1", "its own driver to be back");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_costs_one_line_and_nothing_else()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_bench.Sysfs.Folder, "data"), "a file where the folder should be", TestContext.Current.CancellationToken);
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilOfferedAsync("1-2");
        await _bench.StopAsync();
        Assert.Single(_bench.Log.Lines, line => line.Contains("cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_that_the_kernel_holds_at_the_stop_is_told_as_left()
    {
        using var kernel = new ManualResetEventSlim();
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        _bench.Kernel.After = (path, _) =>
        {
            if (path.EndsWith("usbip-host/unbind", StringComparison.Ordinal)) kernel.Wait();
        };
        await _bench.StopAsync();
        Assert.True(_bench.Reconciler.HasLeftWork);
        Assert.True(_bench.Said("Not all sticks were given back in time (left: 1-1)"));
        kernel.Set();
        await _bench.UntilAsync(() => _bench.Kernel.Lines.Last() == "usb/bind 1-1", "its own driver to be back");
    }

    [Fact]
    public async Task A_stop_in_which_the_kernel_lets_go_leaves_nothing()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.StopAsync();
        Assert.False(_bench.Reconciler.HasLeftWork);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();
}
