using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Xunit;

namespace Longwire.UsbIp.Tests.Vhci;

public sealed class VhciAuthorizationTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _kernel;
    private readonly VhciAuthorization _authorization;

    public VhciAuthorizationTests()
    {
        _kernel = new FakeVhci(_sysfs);
        _authorization = new VhciAuthorization(_sysfs.Root, _kernel.Host);
    }

    [Theory]
    [InlineData(true, "1")]
    [InlineData(false, "0")]
    public void A_device_under_vhci_is_authorized_and_not(bool authorized, string written)
    {
        string folder = _kernel.Plug(0, authorized: !authorized);
        _authorization.SetAuthorized(BusId.Parse("3-1"), authorized);
        Assert.StartsWith(written, File.ReadAllText(Path.Combine(folder, "authorized")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1-1")]
    [InlineData("33-1")]
    public void A_device_that_is_not_under_vhci_is_never_touched(string busId)
    {
        string folder = _sysfs.Plug(busId);
        Assert.Throws<ArgumentException>(() => _authorization.SetAuthorized(BusId.Parse(busId), authorized: false));
        Assert.Equal("1\n", File.ReadAllText(Path.Combine(folder, "authorized")));
    }

    [Fact]
    public void A_device_that_went_is_the_kernels_refusal() =>
        Assert.Throws<KernelRefusedException>(() => _authorization.SetAuthorized(BusId.Parse("3-1"), authorized: true));

    [Fact]
    public void The_default_of_a_hub_is_read_and_written()
    {
        VhciRootHub hub = _kernel.Host.ReadRootHubs().Single(hub => hub.Speed == VhciHubSpeed.High);
        Assert.Equal(1, VhciAuthorization.ReadDefault(hub));
        VhciAuthorization.WriteDefault(hub, 0);
        Assert.Equal(0, VhciAuthorization.ReadDefault(hub));
        Assert.Equal("0\n", File.ReadAllText(Path.Combine(_kernel.HubFolder(3), "authorized_default")));
    }

    [Fact]
    public void A_hub_that_went_has_no_default()
    {
        VhciRootHub hub = _kernel.Host.ReadRootHubs()[0];
        Directory.Delete(hub.Folder, recursive: true);
        Assert.Null(VhciAuthorization.ReadDefault(hub));
        Assert.Throws<KernelRefusedException>(() => VhciAuthorization.WriteDefault(hub, 0));
    }

    public void Dispose() => _sysfs.Dispose();
}
