using System.Net;
using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Testing.Kernel;
using Xunit;

namespace Longwire.Tests.Export.Link;

public sealed class OwnAddressesTests
{
    [Fact]
    public void IPv4_comes_first_then_IPv6_of_the_house_then_of_the_provider_and_the_name_last() => Assert.Equal(
        ["192.168.0.10", "10.0.0.7", "fd00::10", "2001:db8::10", "attic.local"],
        ForCode("attic", "eth0 2001:db8::10", "eth0 fd00::10", "eth0 192.168.0.10", "wlan0 10.0.0.7", "eth0 fe80::1%2"));

    [Fact]
    public void What_leads_nowhere_from_outside_is_left_out() => Assert.Equal(
        ["192.168.0.10", "192.168.1.1", "attic.local"],
        ForCode(
            "attic", "lo 127.0.0.1", "lo ::1", "docker0 172.17.0.1", "br-0123456789ab 172.18.0.1", "veth12ab 172.18.0.2",
            "virbr0 192.168.122.1", "hassio 172.30.32.1", "br0 192.168.0.10", "br-lan 192.168.1.1"));

    [Fact]
    public void A_link_local_address_is_named_only_if_there_is_no_other()
    {
        Assert.Equal(["169.254.7.7", "attic.local"], ForCode("attic", "eth0 169.254.7.7", "eth0 fe80::1%2"));
        Assert.Equal(["10.0.0.7", "attic.local"], ForCode("attic", "eth0 169.254.7.7", "eth0 10.0.0.7"));
    }

    [Fact]
    public void An_address_that_passes_is_left_out() => Assert.Equal(
        ["2001:db8::1", "attic.local"],
        OwnAddresses.ForCode(
            [new("eth0", IPAddress.Parse("2001:db8::2"), IsPassing: true), new("eth0", IPAddress.Parse("2001:db8::1"))], "attic", 8));

    [Theory]
    [InlineData("attic.example.org", "attic.local")]
    [InlineData("Attic-1", "Attic-1.local")]
    [InlineData("", null)]
    [InlineData("localhost", null)]
    [InlineData("my_pi", null)]
    [InlineData("-pi", null)]
    public void A_name_that_mDNS_cannot_know_is_left_out(string machine, string? expected) =>
        Assert.Equal(expected is null ? ["10.0.0.7"] : ["10.0.0.7", expected], ForCode(machine, "eth0 10.0.0.7"));

    [Fact]
    public void No_more_than_a_code_holds_are_named_each_once_and_a_code_takes_them()
    {
        string[] many = [.. Enumerable.Range(1, 20).SelectMany(one => new[] { $"eth0 10.0.0.{one}", $"wlan0 10.0.0.{one}" })];
        string[] found = ForCode("attic", many);

        Assert.Equal(PairingCode.MaxAddresses, found.Length);
        Assert.Equal(["10.0.0.1", "10.0.0.2"], found[..2]);
        Assert.Equal("attic.local", found[^1]);
        Assert.NotNull(new PairingCode(found, 3241, PiWithHosts.Key(1), PairingToken.Create()));
    }

    [Fact]
    public void This_machines_own_can_be_read_and_put_into_a_code()
    {
        using var sysfs = new FakeSysfs();
        FakeSysfs.WriteFile(
            Path.Combine(sysfs.Root.Proc, "net/if_inet6"), "00000000000000000000000000000001 01 80 10 01       lo\n" + "nonsense\n");

        IReadOnlyList<InterfaceAddress> found = OwnAddresses.Read(sysfs.Root);

        Assert.NotEmpty(found);
        Assert.All(found.Where(one => one.Address.Equals(IPAddress.IPv6Loopback)), one => Assert.True(one.IsPassing));
        Assert.NotNull(new PairingCode(
            OwnAddresses.ForCode(found, "attic", PairingCode.MaxAddresses), 3241, PiWithHosts.Key(1), PairingToken.Create()));
    }

    private static string[] ForCode(string machine, params string[] found) =>
    [
        .. OwnAddresses.ForCode(
            found.Select(one => new InterfaceAddress(one.Split(' ')[0], IPAddress.Parse(one.Split(' ')[1]))), machine,
            PairingCode.MaxAddresses),
    ];
}
