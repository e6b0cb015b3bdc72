using Longwire.Export;
using Longwire.Export.Sticks;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Sticks;

public sealed class StickTimersTests
{
    [Fact]
    public async Task A_session_of_a_former_life_is_looked_at_ever_more_rarely_and_by_two_files_until_it_ends()
    {
        using var sysfs = new FakeSysfs();
        var kernel = new FakeUsbipHost(sysfs);
        string folder = sysfs.Plug(deviceNumber: 7);
        kernel.SetStatus("1-1", 2);
        // All that a look needs.
        foreach (string file in Directory.GetFiles(folder))
        {
            if (Path.GetFileName(file) is not ("usbip_status" or "devnum")) File.Delete(file);
        }
        var clock = new SteppedClock();
        using DescriptorEvents events = DescriptorEvents.Open();
        var timers = new StickTimers(sysfs.Root, new UsbipHostDriver(sysfs.Root), events, clock);
        Task ended = timers.SessionEndedAsync(BusId.Parse("1-1"), 7, carrier: null, TestContext.Current.CancellationToken);
        double[] waits = new double[8];
        for (int i = 0; i < waits.Length; i++)
        {
            if (i == waits.Length - 1) kernel.SetStatus("1-1", 1);
            TimeSpan wait = await clock.AnyStartedAsync();
            waits[i] = wait.TotalMilliseconds;
            clock.Advance(wait);
        }
        await ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal([100, 200, 400, 800, 1000, 1000, 1000, 1000], waits);
    }

    [Theory]
    [InlineData("devnum", "8")]
    [InlineData("devnum", null)]
    [InlineData("usbip_status", null)]
    public async Task A_session_ends_with_its_stick_whatever_takes_its_place(string file, string? text)
    {
        using var sysfs = new FakeSysfs();
        string folder = sysfs.Plug(deviceNumber: 7);
        new FakeUsbipHost(sysfs).SetStatus("1-1", 2);
        var clock = new SteppedClock();
        using DescriptorEvents events = DescriptorEvents.Open();
        var timers = new StickTimers(sysfs.Root, new UsbipHostDriver(sysfs.Root), events, clock);
        Task ended = timers.SessionEndedAsync(BusId.Parse("1-1"), 7, carrier: null, TestContext.Current.CancellationToken);
        // A reset takes the number away for a moment, and is no end.
        FakeSysfs.WriteFile(Path.Combine(folder, "devnum"), "0\n");
        await clock.ExpireAsync(TimeSpan.FromMilliseconds(100));
        TimeSpan next = await clock.AnyStartedAsync();
        Assert.False(ended.IsCompleted);
        FakeSysfs.WriteFile(Path.Combine(folder, "devnum"), "7\n");
        File.Delete(Path.Combine(folder, file));
        if (text is not null) FakeSysfs.WriteFile(Path.Combine(folder, file), text + "\n");
        clock.Advance(next);
        await ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_tty_whose_closing_the_kernel_cannot_tell_is_looked_at_again_in_time_and_not_without_end()
    {
        using var sysfs = new FakeSysfs();
        sysfs.Plug();
        sysfs.AddProcess(10, "zwave-js", "/dev/null");
        var time = new FakeTimeProvider();
        DescriptorEvents events = DescriptorEvents.Open();
        events.Dispose();
        var timers = new StickTimers(sysfs.Root, new UsbipHostDriver(sysfs.Root), events, time);
        SysfsUsbDevice device = UsbDevices.TryRead(sysfs.Root, BusId.Parse("1-1"))!;
        Task closed = timers.TtyClosedAsync(device, TestContext.Current.CancellationToken);
        time.Advance(ExportTimers.TtyLook - TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<TimeoutException>(
            () => closed.WaitAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromMilliseconds(1));
        await closed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}
