using System.Net;
using Longwire.Attach.Memory;
using Longwire.Migration;
using Longwire.Options;
using Longwire.Testing.Kernel;
using Xunit;

namespace Longwire.Tests.Migration;

/// <summary>Radios on vhci ports that are not ours: what another app or the stock tool did.</summary>
public sealed class ForeignPortsTests : IDisposable
{
    private static readonly RadioMemory s_radio = new()
    {
        Id = "a", Name = "a", PiId = "attic", UsbId = "0658:0200", PortChain = "1", LastBusId = "1-1", SerialPortCount = 1,
        Attached = new AttachRecord("boot", 2, 65539, 2),
    };

    private readonly FakeSysfs _sysfs = new();
    private readonly FormerSetup _former;

    public ForeignPortsTests() => _former = new FormerSetup(_sysfs.Folder, _sysfs.Root);

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_radio_of_one_of_our_pis_that_the_stock_tool_attached_is_named_with_its_port()
    {
        Attach(port: 2, "192.168.0.10 3240 1-1.2\n");
        FormerSetupPart found = Assert.Single(_former.OnHost([Pi("192.168.0.10")], []));
        Assert.Contains("1-1.2", found.What, StringComparison.Ordinal);
        Assert.Equal(["usbip detach -p 2"], found.Commands);
    }

    [Theory]
    [InlineData("192.168.0.10 3240 2-1\n")]
    [InlineData("192.168.0.10 3240 $(reboot)\n")]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData(null)]
    public void A_radio_that_came_without_a_note_that_fits_was_put_there_by_another_app_and_that_is_said_with_the_remedy(string? note)
    {
        Attach(port: 2, note);
        FormerSetupPart found = Assert.Single(_former.OnHost([Pi("192.168.0.10")], []));
        Assert.StartsWith("Another USB/IP app, or usbip attach, has put ", found.What, StringComparison.Ordinal);
        Assert.Contains("(0658:0200) on vhci port 2", found.What, StringComparison.Ordinal);
        Assert.Contains("Start on boot", found.What, StringComparison.Ordinal);
        Assert.DoesNotContain("reboot", found.ToString(), StringComparison.Ordinal);
        Assert.Equal(["usbip detach -p 2"], found.Commands);
    }

    [Fact]
    public void What_somebody_attached_from_a_pi_that_is_not_ours_says_nothing()
    {
        Attach(port: 2, "192.168.0.11 3240 1-1.2\n");
        Assert.Empty(_former.OnHost([Pi("192.168.0.10")], []));
    }

    [Fact]
    public void What_is_no_radio_says_nothing()
    {
        Attach(port: 2, note: null);
        FakeSysfs.WriteFile(Path.Combine(_sysfs.DeviceFolder("3-3", FakeVhci.Controller()), "idVendor"), "046d\n");
        Assert.Empty(_former.OnHost([Pi("192.168.0.10")], []));
    }

    [Fact]
    public void A_stick_of_a_kind_that_attach_remembers_goes_by_its_name()
    {
        Attach(port: 2, note: null);
        RadioMemory radio = s_radio with { Name = "Z-Wave in the attic", Attached = null };
        Assert.Contains("Z-Wave in the attic (0658:0200)", Assert.Single(_former.OnHost([], [radio])).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_that_outlived_its_port_and_a_port_that_is_ours_say_nothing()
    {
        FakeVhci vhci = Attach(port: 2, "192.168.0.10 3240 1-1.2\n");
        Assert.Empty(_former.OnHost([Pi("192.168.0.10")], [s_radio]));
        vhci.Pull(2);
        Assert.Empty(_former.OnHost([Pi("192.168.0.10")], []));
    }

    private FakeVhci Attach(int port, string? note)
    {
        var vhci = new FakeVhci(_sysfs);
        vhci.Plug(port, devId: (1 << 16) | 3);
        if (note is not null) FakeSysfs.WriteFile(Path.Combine(_sysfs.Folder, $"run/vhci_hcd/port{port}"), note);
        return vhci;
    }

    private static PiOptions Pi(string host) =>
        new() { Id = "attic", Name = "attic", Address = host, EndPoint = new DnsEndPoint(host, 3240) };
}
