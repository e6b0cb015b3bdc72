using Longwire.Export;
using Longwire.Export.Sticks;
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
