using System.Globalization;
using Longwire.Attach;
using Longwire.Attach.Ports;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

public sealed class UrbStormTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeTimeProvider _time = new();
    private readonly string _folder;
    private uint _urbs = uint.MaxValue - 1000;
    private ulong? _received = 5000;

    public UrbStormTests() => _folder = _sysfs.Plug();

    /// <summary>Of a server with room for 16 URBs: one round trip after the other, so the more the nearer it is.</summary>
    [Theory]
    [InlineData(600, 0)]
    [InlineData(600, 3.5)]
    [InlineData(250, 0)]
    [InlineData(120, 0.3)]
    [InlineData(4000, 0)]
    public void A_storm_is_noticed_at_its_second_heartbeat_and_not_before(double perSecond, double bytes)
    {
        UrbStorm storm = New();
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(_ => Beat(storm, perSecond, bytes)));
    }

    /// <summary>
    /// Idle; a Zigbee network that talks without a pause (a frame of 60 bytes in one read, its acknowledgement in one write); a Thread
    /// border router at the most that the air carries; a bridge that acknowledges single bytes.
    /// </summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.2, 5)]
    [InlineData(60, 20)]
    [InlineData(90, 0)]
    [InlineData(199, 30)]
    [InlineData(380, 31)]
    [InlineData(150, 2.1)]
    public void A_busy_stick_is_none_however_long_it_is_busy(double perSecond, double bytes)
    {
        UrbStorm storm = New();
        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(Beat(storm, perSecond, bytes)));
    }

    [Fact]
    public void A_firmware_update_of_a_minute_is_none()
    {
        UrbStorm storm = New();
        Beat(storm, 1, 5);
        Assert.False(Beat(storm, 180, 0.5));
        Assert.False(Beat(storm, 20, 3));
        Assert.False(Beat(storm, 1, 5));
    }

    [Fact]
    public void It_is_over_with_the_first_calm_heartbeat()
    {
        UrbStorm storm = New();
        for (int i = 0; i < 3; i++) Beat(storm, 600, 0);
        Assert.True(Beat(storm, 600, 0));
        Assert.False(Beat(storm, 2, 20));
        Assert.False(Beat(storm, 600, 0));
        Assert.True(Beat(storm, 600, 0));
    }

    [Theory]
    [InlineData("ftdi_sio")]
    [InlineData("cp210x")]
    [InlineData("ch341")]
    public void Other_drivers_have_their_own_ways_and_are_not_judged(string driver)
    {
        foreach (string part in Directory.GetDirectories(_folder, "1-1:*")) _sysfs.SetDriver(part, driver);
        UrbStorm storm = New();
        Assert.All(Enumerable.Range(0, 10), _ => Assert.False(Beat(storm, 1000, 2)));
    }

    [Fact]
    public void Where_bytes_cannot_be_told_only_what_no_radio_does_counts()
    {
        _received = null;
        UrbStorm storm = New();
        Assert.All(Enumerable.Range(0, 10), _ => Assert.False(Beat(storm, 390, 0)));
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(_ => Beat(storm, 600, 0)));
    }

    [Fact]
    public void A_kernel_that_does_not_count_says_nothing()
    {
        UrbStorm storm = New();
        Assert.False(storm.Look(0));
        _time.Advance(AttachTimers.Heartbeat);
        Assert.False(storm.Look(0));
    }

    public void Dispose() => _sysfs.Dispose();

    private UrbStorm New() => new(_time, UsbDevices.TryRead(_sysfs.Root, BusId.Parse("1-1"))!);

    // Bytes of payload, for each URB.
    private bool Beat(UrbStorm storm, double perSecond, double bytes)
    {
        double urbs = perSecond * AttachTimers.Heartbeat.TotalSeconds;
        _urbs = unchecked(_urbs + (uint)urbs);
        _received += (ulong)(urbs * (UrbHeader.Size + bytes));
        // As the kernel prints an int.
        FakeSysfs.WriteFile(Path.Combine(_folder, "urbnum"), unchecked((int)_urbs).ToString(CultureInfo.InvariantCulture) + "\n");
        _time.Advance(AttachTimers.Heartbeat);
        return storm.Look(_received);
    }
}
