using System.Net;
using System.Net.Sockets;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

/// <summary>Who has a tty or a port.</summary>
public sealed class OwnersTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    [Fact]
    public void A_process_with_the_tty_open_under_any_name_is_found()
    {
        _sysfs.Plug();
        _sysfs.AddProcess(10, "zwave-js", "/dev/zero", "/dev/null");
        _sysfs.AddProcess(11, "sh", "/dev/zero", "/nowhere", "socket:[5]");
        Assert.Equal([new RunningProcess(10, "zwave-js")], OpenDevices.HoldersOf(_sysfs.Root, ["ttyACM0"]));
        Assert.Equal("zwave-js (pid 10)", new RunningProcess(10, "zwave-js").ToString());
    }

    // Whoever looks at a file on a dead server waits for it: here looking would find the device, by a link that leads to it.
    [Theory]
    [InlineData("mnt/nas/log")]
    [InlineData("home/me/dev/ttyACM0")]
    [InlineData("devices/ttyACM0")]
    public void What_is_open_elsewhere_than_below_dev_is_not_looked_at(string path)
    {
        _sysfs.Plug();
        string file = Path.Combine(_sysfs.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.CreateSymbolicLink(file, "/dev/null");
        _sysfs.AddProcess(10, "rsync", file, "socket:[5]", "anon_inode:[eventpoll]", "/memfd:x (deleted)");
        Assert.Empty(OpenDevices.HoldersOf(_sysfs.Root, ["ttyACM0"]));
        _sysfs.AddProcess(11, "zwave-js", file, "/dev/null");
        Assert.Equal([new RunningProcess(11, "zwave-js")], OpenDevices.HoldersOf(_sysfs.Root, ["ttyACM0"]));
    }

    [Fact]
    public void Descriptors_are_listed_where_they_are_no_links_since_a_listing_of_links_looks_at_what_they_lead_to()
    {
        _sysfs.Plug();
        _sysfs.AddProcess(10, "zwave-js", "/dev/null");
        File.Delete(Path.Combine(_sysfs.Root.Proc, "10/fdinfo/0"));
        Assert.Empty(OpenDevices.HoldersOf(_sysfs.Root, ["ttyACM0"]));
    }

    [Fact]
    public void Of_this_machine_every_process_is_looked_at_and_this_one_is_found()
    {
        // The kernel's own folders: a descriptor of ours on a device that every machine has.
        using var zero = new FileStream("/dev/zero", FileMode.Open, FileAccess.Read);
        Assert.Contains(
            RunningProcess.WithOpen(SysfsRoot.Machine, file => file.Target == "/dev/zero"), process => process.Id == Environment.ProcessId);
    }

    [Fact]
    public void A_tty_that_is_gone_is_held_by_nobody()
    {
        _sysfs.AddProcess(10, "zwave-js", "/dev/null");
        Assert.Empty(OpenDevices.HoldersOf(_sysfs.Root, ["ttyACM0"]));
        Assert.Empty(OpenDevices.HoldersOf(_sysfs.Root, []));
    }

    [Fact]
    public void A_process_that_names_itself_with_escapes_does_not_reach_the_log()
    {
        _sysfs.AddProcess(12, "\u001b[31mevil");
        Assert.Equal("[31mevil", Assert.Single(RunningProcess.Named(_sysfs.Root, "[31mevil")).Name);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_listening_port_is_owned_by_the_process_that_has_its_socket(AddressFamily family)
    {
        using var listener = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Assert.Null(TcpListeners.OwnerOf(SysfsRoot.Machine, port));
        listener.Listen();
        Assert.Equal(Environment.ProcessId, TcpListeners.OwnerOf(SysfsRoot.Machine, port)!.Id);
    }

    public void Dispose() => _sysfs.Dispose();
}
