using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Options;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

public sealed class ExportReconcilerTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    [Fact]
    public async Task A_known_radio_is_bound_and_offered_and_anything_else_left_alone()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", "046d:c31c", serial: null, product: "Keyboard", tty: "ttyACM1");
        _bench.Sysfs.Plug("1-3", "1d6b:0002", deviceClass: "09", tty: "ttyACM2");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio, "1-2");
        Assert.DoesNotContain("1-3", _bench.Reasons.Keys);
        Assert.DoesNotContain(
            _bench.Kernel.Lines, line => line.EndsWith("1-2", StringComparison.Ordinal) || line.EndsWith("1-3", StringComparison.Ordinal));
        Assert.Equal("on", _bench.PowerControl("1-1"));
    }

    [Fact]
    public async Task A_generic_bridge_is_only_shown_with_the_line_to_paste()
    {
        _bench.Sysfs.Plug(id: "1a86:7523", serial: "X1", product: "USB Serial");
        await _bench.StartAsync();
        await _bench.UntilSaidAsync("- match: \"1a86:7523:X1\"");
        Assert.Empty(_bench.Kernel.Writes);
    }

    [Fact]
    public async Task A_named_stick_is_taken_whatever_it_is_and_nothing_else_then()
    {
        Assert.True(RadioMatch.TryParse("1a86:7523:X1", out RadioMatch? match));
        _bench.Options = _bench.Options with
        {
            Radios = [new RadioRule { Match = match, Name = "Mine", Path = "radios[0]" }],
            TakeRecognised = false,
        };
        _bench.Sysfs.Plug(id: "1a86:7523", serial: "X1");
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilSaidAsync("Mine (1a86:7523 at 1-1) is offered");
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio, "1-2");
    }

    [Fact]
    public async Task Its_interfaces_are_listed_although_usbip_host_leaves_it_without_a_configuration()
    {
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        ExportedDevice device = Assert.Single(DeviceListReply.Parse(_bench.ListReply.Span, out _));
        Assert.Equal(2, device.Interfaces.Length);
        Assert.Equal("/sys/devices/platform/soc/dummy_hcd.0/usb1/1-1", device.Path);
    }

    [Fact]
    public async Task A_replug_is_bound_again_at_once_and_unplugging_is_known()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        await _bench.PullAsync();
        await _bench.UntilSaidAsync("was unplugged");
        await _bench.UntilAsync(() => !_bench.Offered.Any() && _bench.Reasons.Count == 0, "nothing to be listed");
        await _bench.PlugAsync("1-2", tty: "ttyACM0");
        await _bench.UntilOfferedAsync("1-2");
    }

    [Fact]
    public async Task A_replug_whose_news_came_as_one_is_seen_by_the_device_number()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        _bench.Sysfs.Pull("1-1");
        await _bench.PlugAsync();
        await _bench.UntilSaidAsync("plugged in at its place");
        await _bench.UntilAsync(() => _bench.Kernel.Lines.Count(l => l == "usbip-host/bind 1-1") == 2, "a second bind");
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_stick_that_is_looked_at_while_the_kernel_resets_it_is_still_the_one_it_was()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        string number = Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "devnum");
        File.Copy(number, number + ".before");
        await File.WriteAllTextAsync(number + ".none", "0\n", TestContext.Current.CancellationToken);
        // In one step, as the kernel's attribute changes: a file that is being written is empty for a moment.
        File.Move(number + ".none", number, overwrite: true);
        await _bench.NewsAsync();
        // Whoever comes just then is sent away; and by then the news was read.
        (Socket early, UsbIpStatus refused) = await _bench.ImportAsync();
        early.Dispose();
        Assert.Equal(UsbIpStatus.NoSuchDevice, refused);
        File.Move(number + ".before", number, overwrite: true);
        await _bench.NewsAsync();
        await _bench.UntilOfferedAsync();
        await _bench.StopAsync();
        Assert.DoesNotContain(_bench.Log.Lines, line => line.Contains("plugged in at its place", StringComparison.Ordinal));
        Assert.Single(_bench.Kernel.Lines, line => line == "usbip-host/bind 1-1");
    }

    [Fact]
    public async Task A_session_that_ends_late_does_not_cut_that_of_the_stick_which_took_its_place()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        (Socket first, _) = await _bench.ImportAsync();
        _bench.Sysfs.Pull("1-1");
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        (Socket second, UsbIpStatus status) = await _bench.ImportAsync();
        using (second)
        {
            Assert.Equal(UsbIpStatus.Ok, status);
            first.Dispose();
            await _bench.UntilSaidAsync("is no longer served");
            Assert.DoesNotContain("1-1/usbip_sockfd -1", _bench.Kernel.Lines);
            await _bench.UntilReasonAsync(NoticeReason.InUse);
        }
    }

    [Fact]
    public async Task Lost_news_are_made_up_for_by_a_look_at_everything()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        _bench.Sysfs.Pull("1-1");
        _bench.Sysfs.Plug("1-2");
        await _bench.Reconciler.PostAsync(new ExportMessage.LookAtAll(), TestContext.Current.CancellationToken);
        await _bench.UntilOfferedAsync("1-2");
        await _bench.UntilSaidAsync("was unplugged");
    }

    [Fact]
    public async Task A_stick_whose_tty_is_open_is_left_alone_until_it_is_closed()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.AddProcess(10, "zwave-js", "/dev/null");
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.TtyOpen);
        Assert.True(_bench.Said("zwave-js (pid 10)"));
        (Socket refused, UsbIpStatus status) = await _bench.ImportAsync();
        refused.Dispose();
        Assert.Equal(UsbIpStatus.NoSuchDevice, status);
        Assert.Empty(_bench.Kernel.Writes);

        _bench.Sysfs.EndProcess(10);
        await _bench.UntilOfferedAsync();
        Assert.Single(_bench.Log.Lines, line => line.Contains("left alone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stick_bound_by_somebody_else_is_named_once_and_left_alone()
    {
        string folder = _bench.Sysfs.Plug();
        _bench.Sysfs.SetDriver(folder, "usbip-host");
        _bench.Kernel.SetStatus("1-1", 1);
        _bench.Sysfs.AddProcess(20, "usbipd");
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
        await _bench.NewsAsync();
        await _bench.NewsAsync();
        await _bench.StopAsync();
        Assert.Empty(_bench.Kernel.Writes);
        Assert.Contains(
            "usbipd (pid 20)",
            Assert.Single(_bench.Log.Lines, l => l.Contains("somebody else", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_that_somebody_else_bound_and_left_free_is_served_on_request_and_left_bound_at_the_stop()
    {
        TakeOver(status: 1);
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        using (connection) Assert.Equal(UsbIpStatus.Ok, status);
        await _bench.UntilReasonAsync(NoticeReason.InUse);
        await _bench.StopAsync();
        Assert.DoesNotContain(_bench.Kernel.Lines, line => line.Contains("bind", StringComparison.Ordinal));
        string left = await File.ReadAllTextAsync(
            Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "usbip_status"), TestContext.Current.CancellationToken);
        Assert.Equal("1", left.Trim());
        Assert.Equal("auto", _bench.PowerControl("1-1"));
    }

    [Fact]
    public async Task A_stick_that_somebody_else_serves_is_taken_over_when_that_session_ends_and_not_before()
    {
        TakeOver(status: 2);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.InUse);
        Assert.DoesNotContain("1-1", _bench.Offered);
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_session_that_is_not_ours_outlives_our_stop()
    {
        TakeOver(status: 2);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.InUse);
        await _bench.StopAsync();
        Assert.Empty(_bench.Kernel.Writes);
    }

    [Fact]
    public async Task A_stick_of_somebody_elses_in_error_state_is_left_alone_though_others_are_taken_over()
    {
        TakeOver(status: 3);
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.BoundByOther);
        await _bench.StopAsync();
        Assert.Empty(_bench.Kernel.Writes);
    }

    [Fact]
    public async Task Once_its_former_owner_has_unbound_it_a_stick_is_ours_like_any_other()
    {
        TakeOver(status: 1);
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        _bench.Kernel.Write(Path.Combine(_bench.Sysfs.Root.UsbDrivers, "usbip-host/unbind"), "1-1");
        _bench.Kernel.Write(Path.Combine(_bench.Sysfs.Root.UsbDrivers, "usb/bind"), "1-1");
        await _bench.NewsAsync();
        await _bench.UntilAsync(() => _bench.Kernel.Lines.Contains("usbip-host/bind 1-1"), "it to be bound");
        await _bench.UntilOfferedAsync();
        await _bench.StopAsync();
        Assert.Equal("usb/bind 1-1", _bench.Kernel.Lines.Last());
    }

    [Fact]
    public async Task A_refused_bind_is_said_once_and_tried_again_with_pauses()
    {
        int refused = 0;
        _bench.Kernel.Refuse = (attribute, _) => attribute == "usbip-host/bind" && Interlocked.Increment(ref refused) < 4
            ? Errno.NoDevice
            : null;
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilReasonAsync(NoticeReason.ErrorState);
        await _bench.UntilOfferedAsync();
        Assert.Equal(4, refused);
        Assert.Contains(
            "ENODEV",
            Assert.Single(_bench.Log.Lines, l => l.Contains("cannot be offered", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task News_of_our_own_doing_does_not_shorten_the_pause()
    {
        _bench.Kernel.Refuse = (attribute, _) => attribute == "usbip-host/bind" ? Errno.NoDevice : null;
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilReasonAsync(NoticeReason.ErrorState);
        int before = _bench.Kernel.Writes.Count;
        for (int i = 0; i < 100; i++) await _bench.NewsAsync();
        // A stick that comes after them in the channel is handled after them.
        _bench.Kernel.Refuse = (_, _) => null;
        await _bench.PlugAsync("1-2", id: "046d:c31c", tty: "ttyACM1");
        while (!_bench.Reasons.ContainsKey("1-2")) await Task.Yield();
        Assert.Equal(before, _bench.Kernel.Writes.Count);
    }

    [Fact]
    public async Task A_full_table_names_the_remedy()
    {
        _bench.Kernel.Refuse = (attribute, _) => attribute == "usbip-host/match_busid" ? Errno.NoMemory : null;
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilSaidAsync("reboot");
    }

    [Fact]
    public async Task A_device_in_error_state_is_recovered()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        _bench.Kernel.SetStatus("1-1", 3);
        await _bench.NewsAsync();
        await _bench.UntilSaidAsync("is in error state");
        // It says so before it does anything, and until then the stick stands among those that are offered.
        await _bench.UntilAsync(
            () => _bench.Kernel.Lines.TakeLast(2).SequenceEqual(["usbip-host/unbind 1-1", "usbip-host/bind 1-1"]),
            "it to be unbound and bound again");
        await _bench.UntilOfferedAsync();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private void TakeOver(int status)
    {
        _bench.Options = _bench.Options with { TakeOver = true };
        _bench.Sysfs.SetDriver(_bench.Sysfs.Plug(), "usbip-host");
        _bench.Kernel.SetStatus("1-1", status);
    }
}
