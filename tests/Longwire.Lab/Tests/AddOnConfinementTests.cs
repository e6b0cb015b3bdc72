using System.Globalization;
using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// What somebody who had taken over the add-on could do with it. Tried from inside the running container by another program under the
/// same profile: with all rights that the container was started with, or with those that are left after the first stage.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class AddOnConfinementTests(Home home) : AddOnTest(home)
{
    // A shell with every applet in one file, in the place of the image's own shell: the profile allows no other program to be run.
    private static readonly ContainerMount s_tools = new("/bin/busybox", "/usr/bin/dash", ReadOnly: true);

    private static readonly string[] s_denials =
        ["Permission denied", "Operation not permitted", "Read-only file system", "permission denied"];

    /// <summary>What is tried, and whether with all rights of the container or with those left after the first stage.</summary>
    private static readonly (string What, bool AllRights, string Command)[] s_tries =
    [
        ("another driver's sysfs file is written", true, "echo 1-1 >/sys/bus/usb/drivers/usb/unbind"),
        ("a module's parameter is written", true, "echo 5 >/sys/module/usbcore/parameters/autosuspend"),
        ("the kernel's own sysfs is written", true, "echo 1 >/sys/kernel/profiling"),
        ("/proc/sys is written", true, "echo 1 >/proc/sys/kernel/panic"),
        ("sysrq is triggered", true, "echo h >/proc/sysrq-trigger"),
        ("the machine's memory is read", true, "dd if=/dev/mem of=/dev/null bs=1 count=1"),
        ("the kernel's memory is read", true, "head -c 1 /proc/kcore | grep -q . || { echo 'Permission denied, or empty'; false; }"),
        ("a disk's node is made", true, "mknod /tmp/disk b 254 0"),
        ("the disk is read", true, "dd if=/dev/vda of=/dev/null bs=1 count=1"),
        ("a file system is mounted", true, "mkdir -p /tmp/m && mount -t tmpfs none /tmp/m"),
        ("a folder is mounted elsewhere", true, "mkdir -p /tmp/m && mount -o bind /data /tmp/m"),
        ("sysfs is remounted a second time", false, "mount -o remount,rw,nosuid,nodev,noexec,relatime /sys"),
        ("a kernel module is loaded", false, "insmod $(find /lib/modules/ -name 'ch341.ko*' | head -n 1)"),
    ];

    [Fact]
    public async Task What_the_add_on_does_not_need_is_denied_from_inside_it()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        await Home.Broker.StartAsync();
        ContainerRights all = AddOn.Rights with { Mounts = [.. AddOn.Rights.Mounts, s_tools] };
        ContainerRights left = all with
        {
            Capabilities = [.. all.Capabilities.Except(["SYS_MODULE", "SYS_ADMIN"])],
            NoNewPrivileges = true,
        };
        Container addOn = await StartAddOnAsync(rights: all);
        await Watch.WaitUntilAsync(house => Watch.Latest("longwire/bridge/state") == "online", Patience, "the add-on is online", Cancelled);

        var allowedAfterAll = new List<string>();
        foreach ((ContainerRights rights, bool allRights) in new[] { (all, true), (left, false) })
        {
            (string What, bool AllRights, string Command)[] tries = [.. s_tries.Where(one => one.AllRights == allRights)];
            ShellResult[] answers = await AnswersAsync(
                addOn, rights, ["echo kept >/tmp/allowed && cat /tmp/allowed", .. tries.Select(one => one.Command)]);
            // The tool itself works: what follows is denied, not missing.
            Assert.Equal(new ShellResult(0, "kept"), answers[0]);
            foreach (((string what, _, _), ShellResult tried) in tries.Zip(answers.Skip(1)))
            {
                bool denied = tried.ExitCode != 0 && s_denials.Any(denial => tried.Output.Contains(denial, StringComparison.Ordinal));
                Say($"{(denied ? "denied" : "NOT DENIED")}: {what}: {tried.Output}");
                if (!denied) allowedAfterAll.Add($"{what}: exit code {tried.ExitCode}: {tried.Output}");
            }
        }
        Assert.Empty(allowedAfterAll);
    }

    /// <summary>
    /// What each command said, and how it ended. One shell tries them all: under emulation to bring one into the container takes two
    /// seconds.
    /// </summary>
    private static async Task<ShellResult[]> AnswersAsync(Container addOn, ContainerRights rights, IReadOnlyCollection<string> commands)
    {
        const string Mark = "@@";
        ShellResult all = await addOn.TryAsync(
            rights, "/bin/sh", "-c", string.Concat(commands.Select(command => $"({command}) </dev/null 2>&1; printf '\\n%d{Mark}' $?; ")));
        string[] answers = all.Output.Split(Mark, StringSplitOptions.RemoveEmptyEntries);
        Assert.True(answers.Length == commands.Count, all.Output);
        return
        [
            .. answers.Select(answer => answer.LastIndexOf('\n')).Zip(
                answers,
                (end, answer) => new ShellResult(int.Parse(answer[(end + 1)..], CultureInfo.InvariantCulture), answer[..end].Trim())),
        ];
    }
}
