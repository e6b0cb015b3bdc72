using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

public sealed class StalePortsTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly AttachKernel _kernel;
    private readonly AttachRecord _record;
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<AttachService> _log = new();

    public StalePortsTests()
    {
        _vhci = new FakeVhci(_sysfs);
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _record = new AttachRecord(_kernel.BootId, 2, 65539, 2, "3-3", 5);
    }

    [Fact]
    public async Task What_a_crash_left_is_freed_and_no_longer_remembered()
    {
        _vhci.Plug(2);
        AttachMemory after = await FreeAsync(_record);
        Assert.Equal(["detach 2"], _vhci.Writes);
        Assert.Null(Assert.Single(after.Radios).Attached);
        Assert.Single(_log.Lines, line => line.Contains("Freed vhci port 2", StringComparison.Ordinal));
    }

    public static TheoryData<string> Differences { get; } = ["device id", "speed", "local name", "local number"];

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task A_port_is_left_alone_if_anything_of_the_record_differs(string what)
    {
        _vhci.Plug(2);
        AttachMemory after = await FreeAsync(what switch
        {
            "device id" => _record with { DevId = 65540 },
            "speed" => _record with { Speed = 3 },
            "local name" => _record with { LocalBusId = "5-3" },
            _ => _record with { LocalDeviceNumber = 6 },
        });
        Assert.Empty(_vhci.Writes);
        Assert.Null(Assert.Single(after.Radios).Attached);
    }

    [Fact]
    public async Task A_record_of_another_boot_touches_nothing()
    {
        _vhci.Plug(2);
        AttachMemory after = await FreeAsync(_record with { BootId = "another" });
        Assert.Empty(_vhci.Writes);
        Assert.Null(Assert.Single(after.Radios).Attached);
    }

    [Fact]
    public async Task A_port_that_is_free_by_now_is_not_spoken_of()
    {
        await FreeAsync(_record);
        Assert.Empty(_vhci.Writes);
        Assert.Empty(_log.Lines);
    }

    // The kernel was given the socket, and then we died: the port stands at 005, holds the hub's lock and shows no device.
    [Fact]
    public async Task What_never_came_up_is_freed_after_it_had_its_time()
    {
        _vhci.Set(2, 5);
        Task<AttachMemory> freeing = FreeAsync(_record with { LocalBusId = null, LocalDeviceNumber = 0 });
        Assert.False(freeing.IsCompleted);
        Assert.Empty(_vhci.Writes);
        await UntilAsync(freeing);
        Assert.Equal(["detach 2"], _vhci.Writes);
    }

    [Fact]
    public async Task A_strangers_device_that_is_just_coming_up_there_is_let_come_up()
    {
        _vhci.Set(2, 5);
        Task<AttachMemory> freeing = FreeAsync(_record with { LocalBusId = null, LocalDeviceNumber = 0 });
        _vhci.Plug(2, devId: 65550);
        await UntilAsync(freeing);
        Assert.Empty(_vhci.Writes);
    }

    [Fact]
    public async Task A_kernel_that_refuses_is_named_and_the_start_goes_on()
    {
        _vhci.Plug(2);
        _vhci.Refuse = (_, _) => Errno.NoPermission;
        await FreeAsync(_record);
        Assert.Contains(
            _log.Lines,
            line => line.Contains("could not be freed", StringComparison.Ordinal) && line.Contains("EPERM", StringComparison.Ordinal));
    }

    public void Dispose() => _sysfs.Dispose();

    private Task<AttachMemory> FreeAsync(AttachRecord record)
    {
        var memory = new AttachMemory { InstanceId = "i", Radios = [AttachBench.Known("r") with { Attached = record }] };
        return StalePorts.FreeAsync(_kernel, memory, _time, _log, TestContext.Current.CancellationToken);
    }

    private async Task UntilAsync(Task task)
    {
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(AttachTimers.PortReuseStep);
                return task.IsCompleted;
            },
            () => "the stale ports are looked at");
        await task;
    }
}
