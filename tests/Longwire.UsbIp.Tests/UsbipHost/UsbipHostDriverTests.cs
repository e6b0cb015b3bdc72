using System.Net.Sockets;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Xunit;

namespace Longwire.UsbIp.Tests.UsbipHost;

public sealed class UsbipHostDriverTests : IDisposable
{
    private static readonly BusId s_busId = BusId.Parse("1-1");
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeUsbipHost _kernel;
    private readonly UsbipHostDriver _driver;

    public UsbipHostDriverTests()
    {
        _kernel = new FakeUsbipHost(_sysfs);
        _driver = new UsbipHostDriver(_sysfs.Root, _kernel.Write);
        _sysfs.Plug();
    }

    [Fact]
    public void A_bind_is_three_writes_without_a_newline()
    {
        Assert.True(_driver.Bind(Device));
        Assert.Equal(["usb/unbind 1-1", "usbip-host/match_busid add 1-1", "usbip-host/bind 1-1"], _kernel.Lines);
        Assert.Equal(UsbipHostStatus.Available, _driver.Status(s_busId));
        Assert.True(UsbipHostDriver.IsBound(Device));
    }

    [Fact]
    public void A_bus_id_in_the_table_is_not_added_again()
    {
        Assert.True(_driver.Bind(Device));
        _driver.GiveBack(s_busId);
        Assert.True(_driver.Bind(Device));
        Assert.Single(_kernel.Writes, w => w.Text == "add 1-1");
    }

    [Fact]
    public void Binding_what_is_bound_writes_nothing()
    {
        Assert.True(_driver.Bind(Device));
        int before = _kernel.Writes.Count;
        Assert.True(_driver.Bind(Device));
        Assert.Equal(before, _kernel.Writes.Count);
    }

    [Fact]
    public void A_stick_without_any_driver_is_bound_without_an_unbind()
    {
        _sysfs.SetDriver(_sysfs.DeviceFolder("1-1"), null);
        Assert.True(_driver.Bind(Device));
        Assert.DoesNotContain("usb/unbind 1-1", _kernel.Lines);
    }

    [Fact]
    public void A_stick_loses_its_authorization_without_a_driver_and_gets_it_with_its_own()
    {
        Assert.True(_driver.Bind(Device));
        int before = _kernel.Writes.Count;
        Assert.True(_driver.Reauthorize(Device));
        Assert.Equal(
            ["usbip-host/unbind 1-1", "1-1/authorized 0", "usb/bind 1-1", "1-1/authorized 1", "usb/unbind 1-1", "usbip-host/bind 1-1"],
            _kernel.Lines.Skip(before));
        Assert.Equal(UsbipHostStatus.Available, _driver.Status(s_busId));
    }

    [Theory]
    [InlineData("1-1/authorized", "0")]
    [InlineData("usb/bind", "1-1")]
    public void Whatever_the_kernel_refuses_in_between_its_authorization_is_given_back(string attribute, string text)
    {
        Assert.True(_driver.Bind(Device));
        _kernel.Refuse = (path, written) => path == attribute && written == text ? Errno.InvalidArgument : null;
        Assert.Throws<KernelRefusedException>(() => _driver.Reauthorize(Device));
        Assert.Equal("1-1/authorized 1", _kernel.Lines.Last());
        _kernel.Refuse = (_, _) => null;
        Assert.True(_driver.Bind(Device));
    }

    [Fact]
    public void A_stick_that_is_pulled_while_it_has_no_authorization_is_gone_and_no_failure()
    {
        Assert.True(_driver.Bind(Device));
        SysfsUsbDevice device = Device;
        _kernel.After = (path, text) =>
        {
            if (Path.GetFileName(path) == "authorized" && text == "0") _sysfs.Pull("1-1");
        };
        Assert.False(_driver.Reauthorize(device));
        Assert.False(_driver.Reauthorize(device));
        _driver.Authorize(s_busId);
    }

    [Fact]
    public void Another_stick_at_the_same_place_keeps_its_authorization()
    {
        Assert.True(_driver.Bind(Device));
        SysfsUsbDevice former = Device;
        _sysfs.Pull("1-1");
        _sysfs.Plug();
        int before = _kernel.Writes.Count;
        Assert.False(_driver.Reauthorize(former));
        Assert.Equal(before, _kernel.Writes.Count);
    }

    [Fact]
    public void Giving_back_restores_its_own_driver_and_its_tty()
    {
        Assert.True(_driver.Bind(Device));
        _driver.GiveBack(s_busId);
        Assert.Equal(["usbip-host/unbind 1-1", "usb/bind 1-1"], _kernel.Lines.Skip(3));
        Assert.Equal("usb", Device.Driver);
        Assert.Equal(["ttyACM0"], Device.Ttys);
    }

    [Fact]
    public void Giving_back_what_is_gone_or_was_never_taken_writes_nothing()
    {
        _driver.GiveBack(s_busId);
        _sysfs.Pull("1-1");
        _driver.GiveBack(s_busId);
        Assert.Empty(_kernel.Writes);
    }

    [Fact]
    public void A_stick_pulled_while_it_is_given_back_is_no_failure()
    {
        Assert.True(_driver.Bind(Device));
        _kernel.After = (path, _) =>
        {
            if (path.EndsWith("usbip-host/unbind", StringComparison.Ordinal)) _sysfs.Pull("1-1");
        };
        _driver.GiveBack(s_busId);
        Assert.Null(UsbDevices.TryRead(_sysfs.Root, s_busId));
    }

    [Fact]
    public void A_full_table_gives_the_stick_back_and_says_what_to_do()
    {
        _kernel.Refuse = (attribute, _) => attribute == "usbip-host/match_busid" ? Errno.NoMemory : null;
        BusIdTableFullException e = Assert.Throws<BusIdTableFullException>(() => _driver.Bind(Device));
        Assert.Contains("reboot", e.Message, StringComparison.Ordinal);
        Assert.Equal("usb", Device.Driver);
        Assert.Equal(["ttyACM0"], Device.Ttys);
    }

    [Fact]
    public void A_refused_bind_gives_the_stick_back_and_names_place_text_and_error()
    {
        _kernel.Refuse = (attribute, _) => attribute == "usbip-host/bind" ? Errno.NoDevice : null;
        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() => _driver.Bind(Device));
        Assert.Equal("ENODEV", e.ErrorName);
        Assert.Equal("1-1", e.Text);
        Assert.EndsWith("usbip-host/bind", e.Path, StringComparison.Ordinal);
        Assert.Equal("usb", Device.Driver);
    }

    [Fact]
    public void A_stick_pulled_in_the_middle_of_a_bind_is_gone_and_no_failure()
    {
        _kernel.After = (path, _) =>
        {
            if (path.EndsWith("usb/unbind", StringComparison.Ordinal)) _sysfs.Pull("1-1");
        };
        Assert.False(_driver.Bind(Device));
    }

    [Fact]
    public void Another_stick_that_took_the_place_meanwhile_is_given_back()
    {
        SysfsUsbDevice wanted = Device;
        _kernel.After = (path, _) =>
        {
            if (!path.EndsWith("usbip-host/bind", StringComparison.Ordinal)) return;
            FakeSysfs.WriteFile(Path.Combine(_sysfs.DeviceFolder("1-1"), "devnum"), "99\n");
        };
        Assert.False(_driver.Bind(wanted));
        Assert.Equal("usb", Device.Driver);
    }

    [Fact]
    public void A_stick_that_was_replaced_before_the_bind_is_not_touched()
    {
        SysfsUsbDevice wanted = Device;
        _sysfs.Pull("1-1");
        _sysfs.Plug();
        Assert.False(_driver.Bind(wanted));
        Assert.False(_driver.Recover(wanted));
        Assert.Empty(_kernel.Writes);
    }

    [Fact]
    public void Recovery_is_unbind_and_bind()
    {
        Assert.True(_driver.Bind(Device));
        _kernel.SetStatus("1-1", 3);
        Assert.Equal(UsbipHostStatus.Error, _driver.Status(s_busId));
        Assert.True(_driver.Recover(Device));
        Assert.Equal(["usbip-host/unbind 1-1", "usbip-host/bind 1-1"], _kernel.Lines.Skip(3));
        Assert.Equal(UsbipHostStatus.Available, _driver.Status(s_busId));
    }

    [Fact]
    public void Serving_writes_the_descriptors_number_and_cutting_minus_one()
    {
        Assert.True(_driver.Bind(Device));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _driver.Serve(s_busId, socket);
        Assert.Equal($"1-1/usbip_sockfd {socket.Handle}", _kernel.Lines.Last());
        Assert.Equal(UsbipHostStatus.InUse, _driver.Status(s_busId));
        Assert.Equal("EINVAL", Assert.Throws<KernelRefusedException>(() => _driver.Serve(s_busId, socket)).ErrorName);

        _driver.Cut(s_busId);
        Assert.Equal("1-1/usbip_sockfd -1", _kernel.Lines.Last());
        _driver.Cut(s_busId);
        Assert.Equal(UsbipHostStatus.Available, _driver.Status(s_busId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("4")]
    [InlineData("-1")]
    [InlineData("garbage")]
    public void A_status_that_means_nothing_is_not_bound(string text)
    {
        FakeSysfs.WriteFile(Path.Combine(_sysfs.DeviceFolder("1-1"), "usbip_status"), text + "\n");
        Assert.Equal(UsbipHostStatus.NotBound, _driver.Status(s_busId));
    }

    [Fact]
    [Trait("takes", "long")]
    public void Whatever_goes_wrong_nothing_is_ever_written_that_can_crash_the_kernel()
    {
        string[] attributes =
            ["usb/unbind", "usb/bind", "usbip-host/match_busid", "usbip-host/bind", "usbip-host/unbind", "1-1/usbip_sockfd"];
        int[] errors = [Errno.NoDevice, Errno.NoMemory, Errno.Busy, Errno.InvalidArgument];
        var random = new Random(20260103);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        for (int round = 0; round < 2000; round++)
        {
            string failing = attributes[random.Next(attributes.Length)];
            int error = errors[random.Next(errors.Length)];
            _kernel.Refuse = (attribute, _) => attribute == failing && random.Next(2) == 0 ? error : null;
            if (UsbDevices.TryRead(_sysfs.Root, s_busId) is not { } device) _sysfs.Plug();
            else if (random.Next(20) == 0) _sysfs.Pull("1-1");
            else Do(random.Next(5), device, socket);
        }

        Assert.NotEmpty(_kernel.Writes);
        Assert.All(_kernel.Writes, write =>
        {
            Assert.NotEqual("rebind", Path.GetFileName(write.Path));
            Assert.DoesNotContain("del", write.Text, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', write.Text);
            if (write.Path.EndsWith("match_busid", StringComparison.Ordinal)) Assert.Equal("add 1-1", write.Text);
        });
    }

    public void Dispose() => _sysfs.Dispose();

    private SysfsUsbDevice Device => UsbDevices.TryRead(_sysfs.Root, s_busId)!;

    private void Do(int what, SysfsUsbDevice device, Socket socket)
    {
        try
        {
            switch (what)
            {
                case 0:
                    _driver.Bind(device);
                    break;
                case 1:
                    _driver.GiveBack(s_busId);
                    break;
                case 2:
                    _driver.Recover(device);
                    break;
                case 3:
                    _driver.Serve(s_busId, socket);
                    break;
                default:
                    _driver.Cut(s_busId);
                    break;
            }
        }
        catch (IOException)
        {
            // Refused: what was written until then counts.
        }
    }
}
