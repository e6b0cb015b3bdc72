using Longwire.Attach.Ports;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

public sealed class PortLeasesTests : IDisposable
{
    private static readonly HashSet<int> s_none = [];

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _kernel;
    private readonly PortLeases _leases;

    public PortLeasesTests()
    {
        _kernel = new FakeVhci(_sysfs, portsPerHub: 4);
        _leases = new PortLeases(_kernel.Host);
    }

    [Fact]
    public void The_last_port_comes_first_even_if_others_had_it_too() => Assert.Equal(2, Take(last: 2, others: [2]));

    [Fact]
    public void A_radio_without_a_last_port_gets_one_that_nobody_else_had() => Assert.Equal(2, Take(others: [0, 1]));

    [Fact]
    public void Anothers_last_port_is_taken_only_when_nothing_else_is_free() =>
        Assert.Equal([2, 3, 0, 1], Enumerable.Range(0, 4).Select(_ => Take(others: [0, 1])));

    [Fact]
    public void A_second_radio_gets_a_hub_of_its_own_where_there_is_one()
    {
        using var sysfs = new FakeSysfs();
        var leases = new PortLeases(new FakeVhci(sysfs, portsPerHub: 2, controllers: 2).Host);
        Assert.Equal([0, 4, 1, 5], Enumerable.Range(0, 4).Select(_ => leases.Take(UsbSpeed.Full, null, [], s_none)?.Number));
    }

    [Fact]
    public void A_new_radio_leaves_the_hub_to_one_that_will_come_back_to_it_where_there_is_another()
    {
        using var sysfs = new FakeSysfs();
        var leases = new PortLeases(new FakeVhci(sysfs, portsPerHub: 2, controllers: 2).Host);
        Assert.Equal(4, leases.Take(UsbSpeed.Full, null, [0], s_none)?.Number);
    }

    [Fact]
    public void A_last_port_that_somebody_has_is_replaced()
    {
        _kernel.Plug(2);
        Assert.Equal(0, Take(last: 2));
    }

    [Fact]
    public void A_port_that_is_ours_is_not_given_twice()
    {
        Assert.Equal(2, Take(last: 2));
        Assert.True(_leases.IsOurs(2));
        Assert.NotEqual(2, Take(last: 2));
        _leases.Return(2);
        Assert.False(_leases.IsOurs(2));
        Assert.Equal(2, Take(last: 2));
    }

    [Fact]
    public void With_all_ports_taken_there_is_none()
    {
        for (int port = 0; port < 4; port++) _kernel.Set(port, port == 3 ? 5 : 6, 2, 1, "3-1");
        Assert.Null(Take());
        Assert.False(_leases.IsOurs(0));
    }

    [Fact]
    public void A_port_whose_former_device_is_still_going_is_not_given()
    {
        _kernel.Plug(0);
        _kernel.Pull(0, folderToo: false);
        Assert.True(_leases.IsAboutToBeFree(0, UsbSpeed.Full));
        Assert.Equal(1, Take(last: 0));
    }

    [Fact]
    public void A_port_that_turned_out_to_be_taken_is_not_tried_again() =>
        Assert.Equal(1, _leases.Take(UsbSpeed.Full, 0, [], new HashSet<int> { 0 })?.Number);

    [Fact]
    public void A_super_speed_radio_gets_a_port_of_its_half_whatever_it_had() =>
        Assert.Equal(4, _leases.Take(UsbSpeed.Super, 0, [], s_none)?.Number);

    [Fact]
    public void A_port_that_a_stranger_has_is_not_about_to_be_free()
    {
        _kernel.Plug(0);
        Assert.False(_leases.IsAboutToBeFree(0, UsbSpeed.Full));
        Assert.False(_leases.IsAboutToBeFree(1, UsbSpeed.Full));
        Assert.False(_leases.IsAboutToBeFree(99, UsbSpeed.Full));
    }

    [Fact]
    public void Ports_of_one_hub_share_a_turn_and_the_other_half_has_its_own()
    {
        Assert.Same(_leases.TurnOf(_kernel.Host.ReadPort(0)!.Value), _leases.TurnOf(_kernel.Host.ReadPort(3)!.Value));
        Assert.NotSame(_leases.TurnOf(_kernel.Host.ReadPort(0)!.Value), _leases.TurnOf(_kernel.Host.ReadPort(4)!.Value));
    }

    public void Dispose() => _sysfs.Dispose();

    private int? Take(int? last = null, int[]? others = null) => _leases.Take(UsbSpeed.Full, last, [.. others ?? []], s_none)?.Number;
}
