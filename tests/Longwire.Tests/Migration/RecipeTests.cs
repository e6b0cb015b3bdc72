using System.Text.RegularExpressions;
using Longwire.Migration;
using Longwire.Testing.Kernel;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Migration;

/// <summary>
/// Recipes of several pieces: templates with their instances, udev rules, drop-ins. What is said of them works when it is pasted.
/// </summary>
public sealed partial class RecipeTests : IDisposable
{
    private const string Template =
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/sbin/usbip bind -b %i\nExecStop=/usr/sbin/usbip unbind -b %i\n";
    private const string Rule = """ACTION=="add", SUBSYSTEM=="usb", ATTR{idVendor}=="0658", RUN+="/usr/sbin/usbip bind -b %k" """;
    private const string Units = "etc/systemd/system/";
    private const string Rules = "etc/udev/rules.d/";

    private readonly FakeSysfs _sysfs = new();
    private readonly FormerSetup _former;

    public RecipeTests() => _former = new FormerSetup(_sysfs.Folder, _sysfs.Root);

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_template_is_named_with_the_instances_of_the_boot_and_ends_with_all_that_run()
    {
        Write(Units + "usbip-bind@.service", Template);
        Write(Units + "multi-user.target.wants/usbip-bind@1-1.2.service", "");
        Write(Units + "usbipd.service.requires/usbip-bind@1-1.3.service", "");
        Write(Units + "multi-user.target.wants/other@1-1.2.service", "");
        FormerSetupPart found = Assert.Single(_former.OnPi(null));
        Assert.Contains("at boot (usbip-bind@1-1.2.service, usbip-bind@1-1.3.service)", found.What, StringComparison.Ordinal);
        Assert.Equal(
            [
                "systemctl disable --now usbip-bind@1-1.2.service", "systemctl disable --now usbip-bind@1-1.3.service",
                "systemctl stop 'usbip-bind@*.service'",
                "rm /etc/systemd/system/usbip-bind@.service", "systemctl daemon-reload",
            ],
            found.Commands);
    }

    [Fact]
    public void A_template_of_ones_own_counts_without_an_instance_for_a_udev_rule_may_start_it()
    {
        Write(Units + "usbip-bind@.service", Template);
        FormerSetupPart found = Assert.Single(_former.OnPi(null));
        Assert.Contains("for each stick that it is started for", found.What, StringComparison.Ordinal);
        Assert.Equal("systemctl stop 'usbip-bind@*.service'", found.Commands[0]);
    }

    [Fact]
    public void A_packaged_template_counts_once_an_instance_is_enabled()
    {
        Write("usr/lib/systemd/system/usbip@.service", "[Service]\nExecStart=/usr/bin/usbip attach -r 10.0.0.1 -b %i\n");
        Assert.Empty(_former.OnHost([], []));
        Write(Units + @"multi-user.target.wants/usbip@pi\x2dattic.service", "");
        Assert.Equal([@"systemctl disable --now 'usbip@pi\x2dattic.service'"], Assert.Single(_former.OnHost([], [])).Commands);
    }

    [Theory]
    [InlineData("""RUN+="/usr/sbin/usbip bind -b %k" """)]
    [InlineData("""RUN+="/bin/sh -c 'sleep 1; /usr/sbin/usbip bind --busid=$kernel'" """)]
    [InlineData("""RUN{program}+="/bin/systemctl --no-block start usbip-bind@%k.service" """)]
    [InlineData("""TAG+="systemd", ENV{SYSTEMD_WANTS}+="usbip-bind@%k.service" """)]
    [InlineData("""TAG+="systemd", ENV{SYSTEMD_WANTS}="usbip-rebind.service" """)]
    [InlineData("""RUN:="/usr/local/bin/usbip-export.sh" """)]
    [InlineData("""PROGRAM=="/bin/sh -c \"usbip bind -b %k\"" """)]
    [InlineData("RUN+=\"/bin/sh -c \\\n  'usbip bind -b %k'\"")]
    public void A_rule_that_hands_sticks_to_the_stock_tools_is_named_with_its_file(string does)
    {
        Write(Rules + "99-usbip.rules", "# sticks\nACTION==\"add\", SUBSYSTEM==\"usb\", " + does + "\n");
        FormerSetupPart found = Assert.Single(_former.OnPi(null));
        Assert.StartsWith("/etc/udev/rules.d/99-usbip.rules (line 2) ", found.What, StringComparison.Ordinal);
        Assert.Equal(["rm /etc/udev/rules.d/99-usbip.rules", "udevadm control --reload"], found.Commands);
        Assert.Empty(_former.OnHost([], []));
    }

    [Theory]
    [InlineData("# RUN+=\"/usr/sbin/usbip bind -b %k\"")]
    [InlineData("""KERNEL=="vhci_hcd*", MODE="0660", GROUP="usbip" """)]
    [InlineData("""ATTR{product}=="usbip", RUN+="/usr/bin/logger plugged" """)]
    public void A_rule_that_only_speaks_of_usbip_says_nothing(string rule)
    {
        Write(Rules + "50-any.rules", rule + "\n");
        Assert.Empty(_former.OnPi(null));
    }

    [Fact]
    public async Task In_a_file_of_several_rules_only_ours_are_taken_out_however_many_lines_they_have()
    {
        string other = """SUBSYSTEM=="tty", SYMLINK+="zwave" """;
        Write(
            Rules + "70-sticks.rules",
            $"{other}\n{Rule}\n{other}\nSUBSYSTEM==\"usb\", \\\n  RUN+=\"/usr/sbin/usbip bind -b %k\"\n{other}\n");
        FormerSetupPart found = Assert.Single(_former.OnPi(null));
        Assert.Equal(
            ["sed -i -e '2,2s/^/#/' -e '4,5s/^/#/' /etc/udev/rules.d/70-sticks.rules", "udevadm control --reload"], found.Commands);
        await PasteAsync(found);
        Assert.Empty(_former.OnPi(null));
        Assert.Equal(3, Lines(Rules + "70-sticks.rules").Count(line => line == other));
    }

    [Fact]
    public async Task A_rule_that_came_with_the_system_is_silenced_and_not_removed()
    {
        Write("usr/lib/udev/rules.d/99-usbip.rules", Rule + "\n");
        Write("usr/lib/udev/rules.d/70-sticks.rules", Rule + "\nSUBSYSTEM==\"tty\", SYMLINK+=\"zwave\"\n");
        Write(Rules + "any", "");
        Assert.Equal(2, _former.OnPi(null).Length);
        foreach (FormerSetupPart found in _former.OnPi(null)) await PasteAsync(found);
        Assert.Empty(_former.OnPi(null));
        Assert.Equal("/dev/null", new FileInfo(Path.Combine(_sysfs.Folder, Rules, "99-usbip.rules")).LinkTarget);
        Assert.Contains("SYMLINK", Lines(Rules + "70-sticks.rules")[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ExecStartPost=/usr/sbin/usbip bind -b 1-1", true)]
    [InlineData("Environment=A=usbip bind", false)]
    public void A_drop_in_that_runs_the_tools_is_named_as_a_file_of_its_own(string line, bool expected)
    {
        Write("usr/lib/systemd/system/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd\n[Install]\nWantedBy=multi-user.target\n");
        Write(Units + "multi-user.target.wants/ssh.service", "");
        Write(Units + "ssh.service.d/override.conf", "[Service]\n" + line + "\n");
        FormerSetupPart[] found = [.. _former.OnPi(null)];
        if (!expected)
        {
            Assert.Empty(found);
            return;
        }
        Assert.Contains(
            "/etc/systemd/system/ssh.service.d/override.conf makes ssh.service run", Assert.Single(found).What, StringComparison.Ordinal);
        Assert.Equal(["rm /etc/systemd/system/ssh.service.d/override.conf", "systemctl daemon-reload"], found[0].Commands);
    }

    [Fact]
    public void A_drop_in_of_a_unit_that_does_not_run_says_nothing()
    {
        Write(Units + "usbipd.service.d/bind.conf", "[Service]\nExecStartPost=usbip bind -b 1-1\n");
        Assert.Empty(_former.OnPi(null));
        Write("usr/lib/systemd/system/usbipd.service", "[Service]\nExecStart=/usr/bin/any\n[Install]\nWantedBy=multi-user.target\n");
        Assert.Empty(_former.OnPi(null));
        Write(Units + "multi-user.target.wants/usbipd.service", "");
        Assert.Single(_former.OnPi(null));
        File.CreateSymbolicLink(Path.Combine(_sysfs.Folder, Units, "usbipd.service"), "/dev/null");
        Assert.Empty(_former.OnPi(null));
    }

    [Fact]
    public void A_drop_in_of_one_instance_counts_with_its_template()
    {
        Write(Units + "any@.service", "[Service]\nExecStart=/usr/bin/any\n");
        Write(Units + "any@1-1.service.d/host.conf", "[Service]\nExecStart=/usr/bin/usbip attach -r 10.0.0.1 -b 1-1\n");
        Assert.Contains("makes any@1-1.service run", Assert.Single(_former.OnHost([], [])).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ExecStart=/usr/local/bin/usbip-bind.sh 10c4:ea60", true)]
    [InlineData("ExecStart=/bin/sh -c 'sleep 2; \\\n  usbip bind -b 1-1'", true)]
    [InlineData("; ExecStart=/usr/sbin/usbip bind -b 1-1", false)]
    public void A_line_may_be_broken_and_a_script_may_say_by_its_name_what_it_does(string line, bool expected)
    {
        Write(Units + "any.service", "[Service]\n" + line + "\n");
        Assert.Equal(expected, !_former.OnPi(null).IsEmpty);
    }

    // A Pi that was set up by our own documentation and moves to the companion.
    [Fact]
    public async Task Our_own_recipe_for_a_small_Pi_is_found_whole_and_its_commands_leave_nothing_of_it_that_does_harm()
    {
        foreach (Match file in WrittenFile().Matches(Checkout.Text("DOCS.md"))) Write(file.Groups["path"].Value, file.Groups["text"].Value);
        Write("etc/modules-load.d/usbip.conf", "usbip-host\n");
        FormerSetupPart[] found = [.. _former.OnPi(null)];
        Assert.Equal(
            [
                "/etc/udev/rules.d/99-usbip.rules", "/etc/systemd/system/usbip-bind@.service", "/etc/systemd/system/usbipd.service",
                "/etc/modules-load.d/usbip.conf",
            ],
            found.Select(leftover => leftover.What.Split(' ')[0]));
        foreach (FormerSetupPart leftover in found) await PasteAsync(leftover);
        Assert.Empty(_former.OnPi(null));
    }

    [GeneratedRegex(@"sudo tee /(?<path>\S+) >/dev/null <<'(?<end>\w+)'\n(?<text>.*?)\n\k<end>\n", RegexOptions.Singleline)]
    private static partial Regex WrittenFile();

    // What a person pastes, on this tree instead of the machine's.
    private async Task PasteAsync(FormerSetupPart leftover)
    {
        string text = leftover.ToString();
        string commands = text[text.IndexOf(": sudo ", StringComparison.Ordinal)..][2..];
        foreach (string top in (string[])["etc", "usr"])
        {
            commands = commands.Replace($" /{top}/", $" {_sysfs.Folder}/{top}/", StringComparison.Ordinal);
        }
        (int exit, string said) = await Checkout.RunAsync(
            "sh", "-c", $"sudo() {{ \"$@\"; }}; systemctl() {{ :; }}; udevadm() {{ :; }}; {commands}");
        Assert.Equal((0, ""), (exit, said));
    }

    private void Write(string path, string text) => FakeSysfs.WriteFile(Path.Combine(_sysfs.Folder, path), text);

    private string[] Lines(string path) => File.ReadAllLines(Path.Combine(_sysfs.Folder, path));
}
