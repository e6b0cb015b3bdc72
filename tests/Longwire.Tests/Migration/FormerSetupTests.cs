using System.Net;
using Longwire.Composition;
using Longwire.Migration;
using Longwire.Options;
using Longwire.Testing.Kernel;
using Longwire.Tests.Commands;
using Xunit;

namespace Longwire.Tests.Migration;

public sealed class FormerSetupTests : IDisposable
{
    // As the guides have them, word for word.
    private const string PiUnit = """
        [Unit]
        Description=usbip host daemon
        [Service]
        Type=forking
        ExecStart=/usr/sbin/usbipd -D
        ExecStartPost=/bin/sh -c "/usr/sbin/usbip bind --$(/usr/sbin/usbip list -p -l | grep '#usbid=10c4:8a2a#' | cut '-d#' -f1)"
        ExecStop=/bin/sh -c "/usr/sbin/usbip unbind --$(/usr/sbin/usbip list -p -l | grep '#usbid=10c4:8a2a#' | cut '-d#' -f1); killall usbipd"
        [Install]
        WantedBy=multi-user.target
        """;

    private const string HostUnit = """
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c "/usr/bin/usbip attach -r 192.168.0.10 -b $(/usr/bin/usbip list -r 192.168.0.10 | grep '10c4:8a2a' | cut -d: -f1)"
        ExecStop=/bin/sh -c "/usr/bin/usbip detach --port=$(/usr/bin/usbip port | grep '<Port in Use>' | sed -E 's/^Port ([0-9][0-9]).*/\1/')"
        """;

    private readonly FakeSysfs _sysfs = new();
    private readonly FormerSetup _former;

    public FormerSetupTests() => _former = new FormerSetup(_sysfs.Folder, _sysfs.Root);

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_unit_of_ones_own_is_named_with_the_commands_that_end_it_for_good()
    {
        Write("etc/systemd/system/usbipd.service", PiUnit);
        FormerSetupPart found = Assert.Single(_former.OnPi(null));
        Assert.Contains("/etc/systemd/system/usbipd.service", found.What, StringComparison.Ordinal);
        Assert.Equal(
            ["systemctl disable --now usbipd.service", "rm /etc/systemd/system/usbipd.service", "systemctl daemon-reload"], found.Commands);
        Assert.Empty(_former.OnHost([], []));
    }

    [Fact]
    public void A_hosts_unit_is_one_on_a_host_and_not_on_a_pi()
    {
        Write("etc/systemd/system/usbip.service", HostUnit);
        Assert.Contains("systemctl disable --now usbip.service", Assert.Single(_former.OnHost([], [])).Commands);
        Assert.Empty(_former.OnPi(null));
    }

    [Theory]
    [InlineData("ExecStart=/usr/sbin/usbipd -D", true)]
    [InlineData("  ExecStartPost = /usr/sbin/usbip --debug bind -b 1-1", true)]
    [InlineData("ExecStop=usbip unbind -b 1-1", true)]
    [InlineData("#ExecStart=/usr/sbin/usbipd -D", false)]
    [InlineData("Description=like usbipd, or usbip bind", false)]
    [InlineData("ExecStart=/usr/bin/longwire export\nExecStartPre=modprobe usbip-host", false)]
    [InlineData("ExecStart=/usr/bin/usbip list -l", false)]
    public void What_counts_is_what_a_unit_runs(string text, bool expected)
    {
        Write("etc/systemd/system/any.service", text);
        Assert.Equal(expected, !_former.OnPi(null).IsEmpty);
    }

    [Theory]
    [InlineData("ExecStart=/usr/bin/usbip --tcp-port 3241 attach -r 10.0.0.1 -b 1-1", true)]
    [InlineData("ExecStop=/usr/bin/usbip detach -p 00", true)]
    [InlineData("ExecStart=/usr/bin/usbip port", false)]
    public void So_it_does_on_a_host(string text, bool expected)
    {
        Write("etc/systemd/system/any.service", text);
        Assert.Equal(expected, !_former.OnHost([], []).IsEmpty);
    }

    [Fact]
    public void A_packaged_unit_counts_once_it_is_enabled()
    {
        Write("usr/lib/systemd/system/usbipd.service", PiUnit);
        Assert.Empty(_former.OnPi(null));
        Write("etc/systemd/system/multi-user.target.wants/usbipd.service", "");
        Assert.Equal(["systemctl disable --now usbipd.service"], Assert.Single(_former.OnPi(null)).Commands);
    }

    [Fact]
    public void A_unit_that_is_masked_runs_nothing()
    {
        Write("usr/lib/systemd/system/usbipd.service", PiUnit);
        Write("etc/systemd/system/multi-user.target.wants/usbipd.service", "");
        File.CreateSymbolicLink(Path.Combine(_sysfs.Folder, "etc/systemd/system/usbipd.service"), "/dev/null");
        Assert.Empty(_former.OnPi(null));
    }

    [Fact]
    public void Module_lines_are_named_as_harmless_and_nothing_odd_gets_into_a_command()
    {
        Write("etc/modules", "# usbip-core\nloop\nusbip-host\n");
        Write("etc/modules-load.d/usbip.conf", "usbip_core\nusbip';reboot;'\nvhci-hcd\n");
        Assert.Equal(
            ["sed -i '/^[[:space:]]*usbip-host[[:space:]]*$/d' /etc/modules", "sed -i '/^[[:space:]]*usbip_core[[:space:]]*$/d' "
                + "/etc/modules-load.d/usbip.conf", "sed -i '/^[[:space:]]*vhci-hcd[[:space:]]*$/d' /etc/modules-load.d/usbip.conf"],
            _former.OnPi(null).SelectMany(found => found.Commands));
        Assert.All(_former.OnPi(null), found => Assert.Contains("no harm", found.What, StringComparison.Ordinal));
    }

    [Fact]
    public void A_machine_without_any_of_it_hears_nothing() =>
        Assert.Empty(_former.OnPi(3240).AddRange(_former.OnHost([Pi("192.168.0.10")], [])));

    [Fact]
    public async Task The_list_of_this_machine_says_what_is_left()
    {
        using var run = new TestRun();
        string unit = Path.Combine(run.Folder, "etc/systemd/system/usbipd.service");
        FakeSysfs.WriteFile(unit, PiUnit);
        Assert.Equal(ExitCode.Done, await run.RunAsync("list"));
        Assert.Contains(
            "sudo systemctl disable --now usbipd.service && sudo rm /etc/systemd/system/usbipd.service",
            run.Output.ToString(),
            StringComparison.Ordinal);
    }

    private void Write(string path, string text) => FakeSysfs.WriteFile(Path.Combine(_sysfs.Folder, path), text);

    private static PiOptions Pi(string host) =>
        new() { Id = "attic", Name = "attic", Address = host, EndPoint = new DnsEndPoint(host, 3240) };
}
