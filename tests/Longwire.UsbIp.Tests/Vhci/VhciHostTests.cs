using System.Net.Sockets;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Xunit;

namespace Longwire.UsbIp.Tests.Vhci;

public sealed class VhciHostTests : IDisposable
{
    private const uint DevId = 65539;

    private static readonly VhciAttachment s_ours = new(2, DevId, UsbSpeed.Full, BusId.Parse("3-3"), 5);

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _kernel;

    public VhciHostTests() => _kernel = new FakeVhci(_sysfs);

    private VhciHost Vhci => _kernel.Host;

    [Fact]
    public void A_port_with_an_unknown_line_is_not_taken_for_a_free_one_and_the_others_are_known()
    {
        File.AppendAllText(_kernel.Attribute("status"), "hs  0077 what is this\n");
        Assert.Contains("what is this", Assert.Throws<FormatException>(() => Vhci.ReadPort(77)).Message, StringComparison.Ordinal);
        Assert.Null(Vhci.ReadPort(78));
        Assert.Equal(0, Port(0).Number);

        File.AppendAllText(_kernel.Attribute("status"), "quite another table\n");
        Assert.Throws<FormatException>(() => Vhci.ReadPort(78));
        Assert.Equal(16, Vhci.ReadPorts().Count);
    }

    [Fact]
    public async Task A_hub_folder_that_vanishes_while_it_is_read_is_no_hub_and_no_fault()
    {
        string folder = Path.Combine(_sysfs.Root.Sys, FakeVhci.Controller()), aside = folder + ".aside";
        using var stop = new CancellationTokenSource();
        CancellationToken stopped = stop.Token;
        Task coming = Task.Run(
            () =>
            {
                while (!stopped.IsCancellationRequested)
                {
                    Directory.Move(folder, aside);
                    Directory.Move(aside, folder);
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < 500; i++) Assert.InRange(new VhciHost(_sysfs.Root).ReadRootHubs().Count, 0, 2);
        await stop.CancelAsync();
        await coming;
    }

    // While the module is being loaded: ports first, then one hub after the other.
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(18)]
    public void A_hub_that_comes_after_the_others_were_read_is_found(int late)
    {
        using var sysfs = new FakeSysfs();
        var kernel = new FakeVhci(sysfs, portsPerHub: 2, controllers: 8);
        string aside = Path.Combine(sysfs.Folder, "aside");
        Directory.Move(kernel.HubFolder(late), aside);
        Assert.Equal(15, kernel.Host.ReadRootHubs().Count);
        VhciPort[] ports = [.. kernel.Host.ReadPorts().Where(port => kernel.Host.RootHubOf(port) is null)];
        Assert.Equal(2, ports.Length);
        Assert.All(ports, port => Assert.Null(kernel.Host.LocalBusIdOf(port)));
        Directory.Move(aside, kernel.HubFolder(late));
        Assert.All(ports, port => Assert.Equal(late, kernel.Host.RootHubOf(port)!.BusNumber));
        Assert.Equal(16, kernel.Host.ReadRootHubs().Count);
    }

    [Fact]
    public void A_kernel_without_the_module_has_no_ports_and_no_hubs()
    {
        using var bare = new FakeSysfs();
        var vhci = new VhciHost(bare.Root);
        Assert.False(vhci.IsPresent);
        Assert.Empty(vhci.ReadPorts());
        Assert.Empty(vhci.ReadRootHubs());
    }

    [Fact]
    public void Ports_of_every_controller_are_read_with_the_hub_they_hang_on()
    {
        using var sysfs = new FakeSysfs();
        VhciHost vhci = new FakeVhci(sysfs, portsPerHub: 15, controllers: 8).Host;
        Assert.Equal(Enumerable.Range(0, 240), vhci.ReadPorts().Select(port => port.Number));
        Assert.Equal(Enumerable.Range(3, 16), vhci.ReadRootHubs().Select(hub => hub.BusNumber).Order());
        Assert.Equal("5-2", vhci.LocalBusIdOf(vhci.ReadPort(31)!.Value).ToString());
        Assert.Equal("6-1", vhci.LocalBusIdOf(vhci.ReadPort(45)!.Value).ToString());
        Assert.Null(vhci.ReadPort(240));
    }

    [Theory]
    [InlineData(UsbSpeed.Low, VhciHubSpeed.High)]
    [InlineData(UsbSpeed.Full, VhciHubSpeed.High)]
    [InlineData(UsbSpeed.High, VhciHubSpeed.High)]
    [InlineData(UsbSpeed.Super, VhciHubSpeed.Super)]
    [InlineData(UsbSpeed.SuperPlus, VhciHubSpeed.Super)]
    public void The_half_follows_from_the_speed(UsbSpeed speed, VhciHubSpeed hub) => Assert.Equal(hub, VhciHost.HubFor(speed));

    [Fact]
    public void Attaching_writes_port_descriptor_device_and_speed()
    {
        using var socket = NewSocket();
        Vhci.Attach(Port(1), socket.SafeHandle, DevId, UsbSpeed.Full);
        Assert.Equal([$"attach 1 {socket.Handle} 65539 2"], _kernel.Writes);
    }

    [Fact]
    public void SuperSpeedPlus_is_attached_as_it_is_where_the_kernel_takes_it()
    {
        using var socket = NewSocket();
        Assert.Equal(UsbSpeed.SuperPlus, Vhci.Attach(Port(9), socket.SafeHandle, DevId, UsbSpeed.SuperPlus));
        Assert.Equal([$"attach 9 {socket.Handle} 65539 6"], _kernel.Writes);
    }

    [Fact]
    public void SuperSpeedPlus_is_attached_as_SuperSpeed_where_the_kernel_knows_no_faster()
    {
        using var socket = NewSocket();
        _kernel.Refuse = (_, text) => text.EndsWith(" 6", StringComparison.Ordinal) ? Errno.InvalidArgument : null;
        Assert.Equal(UsbSpeed.Super, Vhci.Attach(Port(9), socket.SafeHandle, DevId, UsbSpeed.SuperPlus));
        Assert.Equal([$"attach 9 {socket.Handle} 65539 6", $"attach 9 {socket.Handle} 65539 5"], _kernel.Writes);
    }

    [Theory]
    [InlineData(UsbSpeed.SuperPlus, Errno.Busy, 1)]
    [InlineData(UsbSpeed.SuperPlus, Errno.TryAgain, 1)]
    [InlineData(UsbSpeed.SuperPlus, Errno.InvalidArgument, 2)]
    [InlineData(UsbSpeed.Super, Errno.InvalidArgument, 1)]
    public void Any_other_refusal_is_the_kernels_own_and_is_not_tried_again(UsbSpeed speed, int error, int writes)
    {
        using var socket = NewSocket();
        _kernel.Refuse = (_, _) => error;
        Assert.Equal(
            error,
            Assert.Throws<KernelRefusedException>(() => Vhci.Attach(Port(9), socket.SafeHandle, DevId, speed)).ErrorNumber);
        Assert.Equal(writes, _kernel.Writes.Count);
    }

    [Fact]
    public void A_refusal_of_the_kernel_has_its_symbol_and_words()
    {
        Assert.Equal(
            "writing '1 2 3 6' to /sys/attach: EINVAL (the kernel does not take that)",
            new KernelRefusedException("/sys/attach", "1 2 3 6", Errno.InvalidArgument).Message);
        Assert.Equal("/sys/x: errno 12345", new KernelRefusedException("/sys/x", "", 12345).Message);
    }

    [Fact]
    public void A_port_of_the_wrong_half_is_refused_without_a_write()
    {
        using var socket = NewSocket();
        Assert.Throws<ArgumentException>(() => Vhci.Attach(Port(8), socket.SafeHandle, DevId, UsbSpeed.Full));
        Assert.Throws<ArgumentException>(() => Vhci.Attach(Port(0), socket.SafeHandle, DevId, UsbSpeed.Super));
        Assert.Empty(_kernel.Writes);
    }

    [Fact]
    public void An_unknown_speed_is_refused_without_a_write()
    {
        using var socket = NewSocket();
        Assert.Throws<ArgumentException>(() => Vhci.Attach(Port(0), socket.SafeHandle, DevId, UsbSpeed.Unknown));
        Assert.Empty(_kernel.Writes);
    }

    [Fact]
    public void A_port_that_somebody_took_first_is_busy()
    {
        using var socket = NewSocket();
        VhciPort seen = Port(0);
        _kernel.Plug(0);
        Assert.Equal(
            Errno.Busy,
            Assert.Throws<KernelRefusedException>(() => Vhci.Attach(seen, socket.SafeHandle, DevId, UsbSpeed.Full)).ErrorNumber);
    }

    [Fact]
    public void What_is_still_ours_is_detached()
    {
        _kernel.Plug(2);
        Assert.True(Vhci.DetachIfStill(s_ours));
        Assert.Equal(["detach 2"], _kernel.Writes);
    }

    [Fact]
    public void A_port_that_is_free_already_counts_as_freed_and_nothing_is_written()
    {
        Assert.True(Vhci.DetachIfStill(s_ours));
        Assert.Empty(_kernel.Writes);
    }

    [Fact]
    public void A_port_that_does_not_exist_any_more_counts_as_freed() => Assert.True(Vhci.DetachIfStill(s_ours with { Port = 99 }));

    [Fact]
    public void Anothers_device_by_device_id_is_left_alone()
    {
        _kernel.Plug(2, DevId + 1);
        AssertLeftAlone(s_ours);
    }

    [Fact]
    public void Anothers_device_by_speed_is_left_alone()
    {
        _kernel.Plug(2);
        AssertLeftAlone(s_ours with { Speed = UsbSpeed.High });
    }

    [Fact]
    public void Anothers_device_by_local_name_is_left_alone()
    {
        _kernel.Plug(2);
        AssertLeftAlone(s_ours with { Local = BusId.Parse("5-3") });
    }

    [Fact]
    public void Anothers_device_by_its_number_here_is_left_alone()
    {
        _kernel.Plug(2, deviceNumber: 6);
        AssertLeftAlone(s_ours);
    }

    [Fact]
    public void Before_its_name_was_known_here_device_id_and_speed_decide()
    {
        _kernel.Plug(2);
        Assert.True(Vhci.DetachIfStill(s_ours with { Local = null, LocalDeviceNumber = 0 }));
        Assert.Equal(["detach 2"], _kernel.Writes);
    }

    [Fact]
    public void A_device_whose_folder_is_just_going_is_still_ours()
    {
        _kernel.Set(2, 6, 2, DevId, "3-3");
        Assert.True(Vhci.DetachIfStill(s_ours));
        Assert.Equal(["detach 2"], _kernel.Writes);
    }

    // The kernel shows neither speed nor device id at 005: matching them would leave a hub blocked for ever.
    [Fact]
    public void What_never_came_up_is_detached_though_its_port_shows_no_device()
    {
        _kernel.Set(2, 5);
        VhciAttachment unborn = s_ours with { Local = null, LocalDeviceNumber = 0 };
        Assert.True(Vhci.DetachIfStill(unborn));
        Assert.Equal(["detach 2"], _kernel.Writes);
    }

    [Fact]
    public void A_port_that_comes_up_after_ours_had_is_anothers()
    {
        _kernel.Set(2, 5);
        AssertLeftAlone(s_ours);
    }

    [Fact]
    public void A_port_in_error_is_freed()
    {
        _kernel.Set(2, 7);
        Assert.True(Vhci.DetachIfStill(s_ours));
        Assert.Equal(["detach 2"], _kernel.Writes);
    }

    [Fact]
    public void A_port_that_became_free_between_look_and_write_counts_as_freed()
    {
        _kernel.Plug(2);
        _kernel.Refuse = (_, _) => Errno.InvalidArgument;
        Assert.True(Vhci.DetachIfStill(s_ours));
    }

    [Fact]
    public void A_detach_that_the_kernel_refuses_otherwise_is_an_error()
    {
        _kernel.Plug(2);
        _kernel.Refuse = (_, _) => Errno.NoPermission;
        Assert.Equal("EPERM", Assert.Throws<KernelRefusedException>(() => Vhci.DetachIfStill(s_ours)).ErrorName);
    }

    [Fact]
    public void A_free_port_is_reusable_only_when_its_former_device_is_out_of_sysfs()
    {
        _kernel.Plug(2);
        Assert.False(Vhci.IsReusable(Port(2)));
        _kernel.Pull(2, folderToo: false);
        Assert.Equal(VhciPortState.Null, Port(2).State);
        Assert.False(Vhci.IsReusable(Port(2)));
        _sysfs.Pull("3-3", FakeVhci.Controller());
        Assert.True(Vhci.IsReusable(Port(2)));
    }

    public void Dispose() => _sysfs.Dispose();

    private void AssertLeftAlone(VhciAttachment attachment)
    {
        Assert.False(Vhci.DetachIfStill(attachment));
        Assert.Empty(_kernel.Writes);
    }

    private VhciPort Port(int number) => Vhci.ReadPort(number)!.Value;

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
