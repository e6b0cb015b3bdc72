using System.Globalization;
using System.Text.RegularExpressions;

namespace Longwire.Migration;

/// <summary>udev rules that hand a stick to the stock tools as soon as it is plugged in: before Longwire sees it.</summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed partial class UdevRules(string root)
{
    private const string Own = "etc/udev/rules.d";
    private const string Reload = "udevadm control --reload";

    private static readonly string[] s_folders =
        [Own, "run/udev/rules.d", "usr/local/lib/udev/rules.d", "lib/udev/rules.d", "usr/lib/udev/rules.d"];

    public IEnumerable<FormerSetupPart> Find()
    {
        // udev(7): of two files with one name the one in /etc counts; an empty one, or a link to /dev/null, silences the other.
        foreach ((string path, _) in SetupFiles.InForce(root, s_folders, "*.rules"))
        {
            List<JoinedLine> rules = [.. SetupFiles.Joined(path)];
            List<JoinedLine> found = [.. rules.Where(rule => RunsUsbIp().IsMatch(rule.Text))];
            if (found.Count > 0) yield return Of(SetupFiles.Where(root, path), found, others: rules.Count > found.Count);
        }
    }

    private static FormerSetupPart Of(string where, List<JoinedLine> found, bool others)
    {
        string own = $"/{Own}/{Path.GetFileName(where)}";
        string lines = string.Join(", ", found.Select(rule => rule.First.ToString(CultureInfo.InvariantCulture)));
        var what =
            $"{where} (line {lines}) hands sticks to the stock USB/IP tools as soon as they are plugged in, before Longwire sees them";
        // Whatever else stands in the file goes on.
        string comment = "sed -i "
            + string.Concat(found.Select(rule => string.Create(CultureInfo.InvariantCulture, $"-e '{rule.First},{rule.Last}s/^/#/' ")))
            + ShellWord.Of(own);
        return new FormerSetupPart(what, (where == own, others) switch
        {
            (true, false) => [$"rm {ShellWord.Of(where)}", Reload],
            (true, true) => [comment, Reload],
            (false, false) => [$"ln -s /dev/null {ShellWord.Of(own)}", Reload],
            (false, true) => [$"cp {ShellWord.Of(where)} {ShellWord.Of(own)}", comment, Reload],
        });
    }

    // RUN+="/usr/sbin/usbip bind -b %k", RUN+="/bin/systemctl start usbip-bind@%k.service", ENV{SYSTEMD_WANTS}+="usbip-bind@%k.service",
    // and a script that has usbip in its name.
    [GeneratedRegex(
        """\b(RUN(\{\w+\})?|PROGRAM|IMPORT\{program\}|ENV\{SYSTEMD_WANTS\})\s*[+:=]*=\s*e?"(\\.|[^"\\])*usbip""",
        RegexOptions.CultureInvariant)]
    private static partial Regex RunsUsbIp();
}
