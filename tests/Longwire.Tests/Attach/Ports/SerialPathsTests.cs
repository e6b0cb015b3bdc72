using System.Collections.Concurrent;
using Longwire.Attach;
using Longwire.Attach.Ports;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

public sealed class SerialPathsTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly SteppedClock _clock = new();
    private readonly ConcurrentQueue<string> _reads = new();
    private readonly ManualResetEventSlim _peerSpeaks = new(initialState: false);
    private readonly SerialNumbers _serials;
    private string _silent = "";

    public SerialPathsTests() => _serials = new SerialNumbers(_clock, device =>
    {
        _reads.Enqueue(device.BusId.ToString());
        if (device.BusId.ToString() == _silent) _peerSpeaks.Wait(TestContext.Current.CancellationToken);
        return File.ReadAllText(Path.Combine(device.Folder, "serial")).Trim();
    });

    [Fact]
    public async Task A_stick_alone_is_opened_by_its_id()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        string byId = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        await AssertPathsAsync(complete: true, ["ttyACM0"], byId);
    }

    [Fact]
    public async Task Twins_are_opened_by_their_paths_for_they_share_one_id()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", tty: "ttyACM1");
        Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM1");
        string first = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0"),
        second = Link("by-path", "platform-vhci_hcd.0-usb-0:2:1.0", "ttyACM1");
        await AssertPathsAsync(complete: true, ["ttyACM0"], first);
        await AssertPathsAsync(complete: true, ["ttyACM1"], second);
    }

    [Fact]
    public async Task Two_of_a_kind_with_serials_of_their_own_are_no_twins()
    {
        _sysfs.Plug("1-1", serial: "A", tty: "ttyACM0");
        _sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        string byId = Link("by-id", "usb-Sigma_UZB_A-if00", "ttyACM0");
        await AssertPathsAsync(complete: true, ["ttyACM0"], byId);
    }

    [Fact]
    public async Task Two_radios_in_one_stick_have_a_path_each_in_order()
    {
        string folder = _sysfs.Plug("1-1", tty: "ttyUSB0");
        _sysfs.AddTty(Path.Combine(folder, "1-1:1.1", "tty", "ttyUSB1"), "ttyUSB1", "1:3");
        string zigbee = Link("by-id", "usb-Silicon_Labs_HubZ-if01-port0", "ttyUSB1"),
        zwave = Link("by-id", "usb-Silicon_Labs_HubZ-if00-port0", "ttyUSB0");
        await AssertPathsAsync(complete: true, ["ttyUSB0", "ttyUSB1"], zwave, zigbee);
    }

    [Fact]
    public async Task Without_udev_the_tty_itself_serves_and_more_may_come()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        await AssertPathsAsync(complete: false, ["ttyACM0"], Path.Combine(_sysfs.Root.Dev, "ttyACM0"));
    }

    [Fact]
    public async Task A_path_that_came_before_the_id_serves_until_the_id_comes()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        string byPath = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        await AssertPathsAsync(complete: false, ["ttyACM0"], byPath);
    }

    [Fact]
    public async Task Of_several_paths_it_is_always_the_same()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", tty: "ttyACM1");
        Link("by-path", "platform-vhci_hcd.0-usbv2-0:1:1.0", "ttyACM0");
        string first = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        await AssertPathsAsync(complete: true, ["ttyACM0"], first);
    }

    [Fact]
    public async Task A_device_of_its_kind_whose_peer_is_silent_holds_nobody_up_and_may_be_its_twin_until_it_speaks()
    {
        _sysfs.Plug("1-1", serial: "A", tty: "ttyACM0");
        _sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        string byId = Link("by-id", "usb-Sigma_UZB_A-if00", "ttyACM0"),
        byPath = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        _silent = "1-2";
        Task first = AssertPathsAsync(complete: false, ["ttyACM0"], byPath);
        await _clock.ExpireAsync(AttachTimers.SerialLinksStep);
        await first;
        // Asked once, it is not waited for again: the clock stands still.
        await AssertPathsAsync(complete: false, ["ttyACM0"], byPath);
        _peerSpeaks.Set();
        await Eventually.IsTrueAsync(
            async () => (await SerialPaths.FindAsync(_sysfs.Root, _serials, ["ttyACM0"], TestContext.Current.CancellationToken)) is
            {
                Complete: true,
                Paths: [var path],
            } && path == byId,
            () => "the link that it keeps");
        Assert.Equal(["1-1", "1-2"], _reads.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Other_peoples_devices_of_another_kind_are_not_asked_at_all()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", "1cf1:0030", tty: "ttyACM1");
        string byId = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        await AssertPathsAsync(complete: true, ["ttyACM0"], byId);
        Assert.Empty(_reads);
    }

    [Fact]
    public async Task A_device_that_took_anothers_place_is_asked_for_itself()
    {
        _sysfs.Plug("1-1", serial: "A", tty: "ttyACM0");
        _sysfs.Plug("1-2", serial: "A", tty: "ttyACM1");
        string byId = Link("by-id", "usb-Sigma_UZB_A-if00", "ttyACM0"),
        byPath = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        await AssertPathsAsync(complete: true, ["ttyACM0"], byPath);
        _sysfs.Pull("1-2");
        _sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        await AssertPathsAsync(complete: true, ["ttyACM0"], byId);
        Assert.Equal(["1-1", "1-2", "1-2"], _reads.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_was_told_stays_when_a_twin_comes_and_when_it_goes_and_is_told_to_be_shared_in_between(bool byPath)
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        string byId = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        string? own = byPath ? Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0") : null;
        SerialPaths told = await FindAsync("ttyACM0");
        Assert.Equal([byId], told.Paths);

        _sysfs.Plug("1-2", tty: "ttyACM1");
        File.Delete(byId);
        Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM1");
        SerialPaths shared = (await FindAsync("ttyACM0")).After(told);
        Assert.Equal([byId], shared.Paths);
        Assert.True(shared.Complete);
        Assert.Equal([new SharedSerialPath(byId, own)], shared.Shared);
        Assert.False(shared.SaysTheSameAs(told));

        _sysfs.Pull("1-2");
        File.Delete(byId);
        Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        SerialPaths alone = (await FindAsync("ttyACM0")).After(shared);
        Assert.True(alone.SaysTheSameAs(told));
    }

    [Fact]
    public async Task A_name_by_place_that_was_told_beside_a_twin_stays_when_that_goes()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", tty: "ttyACM1");
        string byPath = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        SerialPaths told = (await FindAsync("ttyACM0")).After(null);
        Assert.Equal([byPath], told.Paths);
        Assert.Empty(told.Shared);
        _sysfs.Pull("1-2");
        string byId = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        Assert.True((await FindAsync("ttyACM0")).After(told).SaysTheSameAs(told));
        // Attached anew it has the name that it would have here by itself.
        Assert.Equal([byId], (await FindAsync("ttyACM0")).Paths);
    }

    [Fact]
    public async Task A_name_stays_while_a_device_of_its_kind_has_not_said_its_serial()
    {
        _sysfs.Plug("1-1", serial: "A", tty: "ttyACM0");
        string byId = Link("by-id", "usb-Sigma_UZB_A-if00", "ttyACM0");
        Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        SerialPaths told = await FindAsync("ttyACM0");
        _sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        _silent = "1-2";
        Task<SerialPaths> looking = FindAsync("ttyACM0");
        await _clock.ExpireAsync(AttachTimers.SerialLinksStep);
        Assert.True((await looking).After(told).SaysTheSameAs(told));
        Assert.Equal([byId], told.Paths);
    }

    public void Dispose()
    {
        _peerSpeaks.Set();
        _peerSpeaks.Dispose();
        _sysfs.Dispose();
    }

    private string Link(string kind, string name, string tty)
    {
        string link = Path.Combine(_sysfs.Root.Dev, "serial", kind, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, $"../../{tty}");
        return link;
    }

    private async Task AssertPathsAsync(bool complete, string[] ttys, params string[] expected)
    {
        SerialPaths found = await FindAsync(ttys);
        Assert.Equal(expected, found.Paths);
        Assert.Equal(complete, found.Complete);
    }

    private Task<SerialPaths> FindAsync(params string[] ttys) =>
        SerialPaths.FindAsync(_sysfs.Root, _serials, ttys, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
}
