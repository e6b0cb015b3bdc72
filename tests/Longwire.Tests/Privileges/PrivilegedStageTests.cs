using System.Collections.Immutable;
using Longwire.Composition;
using Longwire.Privileges;
using Longwire.Tests.Commands;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.Privileges;

public sealed class PrivilegedStageTests : IDisposable
{
    private const string Everything = "000001ffffffffff";
    private const string AdminOnly = "0000000000200000";
    private const string ModuleOnly = "0000000000010000";
    private const string Nothing = "0000000000000000";
    private const string Writable = "23 27 0:22 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw";
    private const string ReadOnly = "23 27 0:22 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro";

    private readonly TestRun _run = new();
    private readonly List<string> _loaded = [];

    private FakeOwnProcess Process => _run.Process;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task In_a_container_modules_are_loaded_and_sysfs_remounted_before_the_rights_are_given_up()
    {
        Stand(ReadOnly, Everything);
        Process.Remounted = () => Stand(Writable, Everything);
        await RunAsync();
        Assert.Equal(["vhci-hcd"], _loaded);
        Assert.Equal(["remount", "give up SysModule SysAdmin", "start LONGWIRE_CONFINED=1"], Process.Calls);
    }

    [Theory]
    // The superblock counts as well as the mount.
    [InlineData("23 27 0:22 / /sys rw,nosuid shared:7 master:1 - sysfs sysfs ro", true)]
    [InlineData("23 27 0:22 / /sys ro,nosuid - sysfs sysfs rw", true)]
    [InlineData("23 27 0:22 / /sys rw - sysfs sysfs rw\n99 23 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup ro", false)]
    // Two at one place: the later one is what we see.
    [InlineData("23 27 0:22 / /sys ro - sysfs sysfs ro\n24 23 0:22 / /sys rw - sysfs sysfs rw", false)]
    [InlineData("24 23 0:22 / /sys rw - sysfs sysfs rw\n23 27 0:22 / /sys ro - sysfs sysfs ro", true)]
    [InlineData("garbage\n", false)]
    public async Task What_counts_is_whether_the_topmost_mount_at_sys_can_be_written(string table, bool remounts)
    {
        _run.Environment[ContainerImage.Variable] = "1";
        Stand(table, Everything);
        await RunAsync();
        Assert.Equal(remounts, Process.Calls.Contains("remount"));
    }

    [Fact]
    public async Task With_a_writable_sysfs_nothing_is_remounted_and_the_rights_go_all_the_same()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        Stand(Writable, ModuleOnly);
        await RunAsync();
        Assert.Equal(["vhci-hcd"], _loaded);
        Assert.Equal(["give up SysModule SysAdmin", "start LONGWIRE_CONFINED=1"], Process.Calls);
    }

    [Fact]
    public async Task Without_the_right_to_load_modules_none_is_tried()
    {
        Stand(ReadOnly, AdminOnly);
        Process.Remounted = () => Stand(Writable, AdminOnly);
        await RunAsync();
        Assert.Empty(_loaded);
        Assert.Contains("start LONGWIRE_CONFINED=1", Process.Calls);
    }

    [Theory]
    [InlineData(Writable, Everything)]
    [InlineData("", Everything)]
    [InlineData(Writable, Nothing)]
    public async Task Root_on_a_machine_of_its_own_keeps_what_it_has(string table, string held)
    {
        Stand(table, held);
        Assert.Null(await RunAsync());
        Assert.Empty(Process.Calls);
        Assert.Empty(_loaded);
    }

    [Fact]
    public async Task The_second_stage_goes_on()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        _run.Environment[PrivilegedStage.Mark] = "1";
        Stand(Writable, Nothing);
        Assert.Null(await RunAsync());
        Assert.Empty(Process.Calls);
    }

    [Fact]
    public async Task A_mark_is_not_believed_while_the_rights_are_there()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        _run.Environment[PrivilegedStage.Mark] = "1";
        Stand(Writable, Everything);
        await RunAsync();
        Assert.Equal(["give up SysModule SysAdmin", "start LONGWIRE_CONFINED=1"], Process.Calls);
    }

    [Theory]
    [InlineData(true, "config.yaml")]
    [InlineData(false, "--cap-add SYS_ADMIN")]
    public async Task Without_the_right_to_remount_it_says_which_option_gives_it(bool supervisor, string remedy)
    {
        if (supervisor) _run.Environment[ContainerImage.SupervisorVariable] = "secret";
        Stand(ReadOnly, ModuleOnly);
        Assert.Contains(remedy, await RunAsync(), StringComparison.Ordinal);
        Assert.Empty(Process.Calls);
    }

    [Theory]
    [InlineData(Errno.AccessDenied, "AppArmor")]
    [InlineData(Errno.NoPermission, "host network")]
    [InlineData(Errno.Busy, "EBUSY")]
    public async Task A_denied_remount_says_who_denies_it_and_what_to_do(int error, string expected)
    {
        Stand(ReadOnly, Everything);
        Process.Refuse["remount"] = error;
        string? problem = await RunAsync();
        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Contains("/sys:/sys", problem, StringComparison.Ordinal);
        Assert.Equal(["remount"], Process.Calls);
    }

    [Fact]
    public async Task A_remount_that_changes_nothing_is_not_taken_for_one()
    {
        Stand(ReadOnly, Everything);
        Assert.Contains("stays read-only", await RunAsync(), StringComparison.Ordinal);
        Assert.Equal(["remount"], Process.Calls);
    }

    [Fact]
    public async Task Rights_that_cannot_be_given_up_are_not_taken_to_the_network()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        Stand(Writable, Everything);
        Process.Refuse["give up"] = Errno.NoPermission;
        Assert.Contains("SETPCAP", await RunAsync(), StringComparison.Ordinal);
        Assert.Equal(["give up SysModule SysAdmin"], Process.Calls);
    }

    [Fact]
    public async Task A_program_that_cannot_start_itself_again_says_so()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        Stand(Writable, Everything);
        Process.Refuse["start"] = Errno.AccessDenied;
        Assert.Contains("EACCES", await RunAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_modprobe_alone_knows_is_said_and_what_the_second_stage_will_say_is_not()
    {
        _run.Environment[ContainerImage.Variable] = "1";
        Stand(Writable, Everything);
        await RunAsync(
            new KernelModuleOutcome("vhci-hcd", "modprobe vhci-hcd failed: Key was rejected"),
            new KernelModuleOutcome("ch341", "no such module") { IsAbsent = true });
        Assert.Equal("Modprobe vhci-hcd failed: Key was rejected.", _run.Error.ToString().Trim());
    }

    [Theory]
    [InlineData("attach")]
    [InlineData("export")]
    public async Task A_role_that_cannot_be_confined_does_not_start(string role)
    {
        Stand(ReadOnly, Nothing);
        Assert.Equal(ExitCode.Failed, await _run.RunAsync(role, "--options", _run.Write("empty.yaml", ""), "--data", _run.Folder));
        Assert.Contains("/sys is read-only", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, _run.Log.Length);
    }

    private Task<string?> RunAsync(params ImmutableArray<KernelModuleOutcome> outcomes) =>
        new PrivilegedStage(SysfsRoot.Below(_run.Folder), _run.Environment, Process, LoadAsync(outcomes), _run.Error)
            .RunAsync(["vhci-hcd"], TestContext.Current.CancellationToken);

    private Func<IEnumerable<string>, CancellationToken, Task<ImmutableArray<KernelModuleOutcome>>> LoadAsync(
        ImmutableArray<KernelModuleOutcome> outcomes) => (modules, _) =>
    {
        _loaded.AddRange(modules);
        return Task.FromResult(outcomes);
    };

    private void Stand(string mounts, string held)
    {
        string self = Path.Combine(_run.Folder, "proc/self");
        Directory.CreateDirectory(self);
        File.WriteAllText(Path.Combine(self, "mountinfo"), mounts + "\n");
        File.WriteAllText(
            Path.Combine(self, "status"),
            $"Name:\tlongwire\nCapInh:\t{Nothing}\nCapPrm:\t{held}\nCapEff:\t{held}\nCapBnd:\t{Everything}\nCapAmb:\t{Nothing}\n");
    }
}
