using Longwire.Attach;
using Longwire.UsbIp.Tests.Sysfs;
using Xunit;

namespace Longwire.Tests.Attach;

public sealed class SerialPathsTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    [Fact]
    public void A_stick_alone_is_opened_by_its_id()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        string byId = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        AssertPaths(complete: true, ["ttyACM0"], byId);
    }

    [Fact]
    public void Twins_are_opened_by_their_paths_for_they_share_one_id()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", tty: "ttyACM1");
        Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM1");
        string first = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0"), second = Link("by-path", "platform-vhci_hcd.0-usb-0:2:1.0", "ttyACM1");
        AssertPaths(complete: true, ["ttyACM0"], first);
        AssertPaths(complete: true, ["ttyACM1"], second);
    }

    [Fact]
    public void Two_of_a_kind_with_serials_of_their_own_are_no_twins()
    {
        _sysfs.Plug("1-1", serial: "A", tty: "ttyACM0");
        _sysfs.Plug("1-2", serial: "B", tty: "ttyACM1");
        string byId = Link("by-id", "usb-Sigma_UZB_A-if00", "ttyACM0");
        AssertPaths(complete: true, ["ttyACM0"], byId);
    }

    [Fact]
    public void Two_radios_in_one_stick_have_a_path_each_in_order()
    {
        string folder = _sysfs.Plug("1-1", tty: "ttyUSB0");
        _sysfs.AddTty(Path.Combine(folder, "1-1:1.1", "tty", "ttyUSB1"), "ttyUSB1", "1:3");
        string zigbee = Link("by-id", "usb-Silicon_Labs_HubZ-if01-port0", "ttyUSB1"), zwave = Link("by-id", "usb-Silicon_Labs_HubZ-if00-port0", "ttyUSB0");
        AssertPaths(complete: true, ["ttyUSB0", "ttyUSB1"], zwave, zigbee);
    }

    [Fact]
    public void Without_udev_the_tty_itself_serves_and_more_may_come()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        AssertPaths(complete: false, ["ttyACM0"], Path.Combine(_sysfs.Root.Dev, "ttyACM0"));
    }

    [Fact]
    public void A_path_that_came_before_the_id_serves_until_the_id_comes()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        string byPath = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        AssertPaths(complete: false, ["ttyACM0"], byPath);
    }

    [Fact]
    public void Of_several_paths_it_is_always_the_same()
    {
        _sysfs.Plug("1-1", tty: "ttyACM0");
        _sysfs.Plug("1-2", tty: "ttyACM1");
        Link("by-path", "platform-vhci_hcd.0-usbv2-0:1:1.0", "ttyACM0");
        string first = Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        AssertPaths(complete: true, ["ttyACM0"], first);
    }

    public void Dispose() => _sysfs.Dispose();

    private string Link(string kind, string name, string tty)
    {
        string link = Path.Combine(_sysfs.Root.Dev, "serial", kind, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, $"../../{tty}");
        return link;
    }

    private void AssertPaths(bool complete, string[] ttys, params string[] expected)
    {
        SerialPaths found = SerialPaths.Of(_sysfs.Root, ttys);
        Assert.Equal(expected, found.Paths);
        Assert.Equal(complete, found.Complete);
    }
}
