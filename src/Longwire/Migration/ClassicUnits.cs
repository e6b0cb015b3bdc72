using System.Text.RegularExpressions;

namespace Longwire.Migration;

/// <summary>systemd units that run the stock tools: plain ones, templates with their instances, and drop-ins of other units.</summary>
internal sealed partial class ClassicUnits(UnitFolders units)
{
    /// <summary>Those that take sticks from us on a Pi.</summary>
    public IEnumerable<FormerSetupPart> OnPi() => Find(ServesLine());

    /// <summary>Those that attach radios on a host.</summary>
    public IEnumerable<FormerSetupPart> OnHost() => Find(AttachesLine());

    private IEnumerable<FormerSetupPart> Find(Regex line)
    {
        foreach (UnitFile unit in units.Services())
        {
            if (!Runs(unit.Path, line)) continue;
            IReadOnlyList<string> enabled = units.Enabled(unit.Name);
            if (unit.IsOwn || enabled.Count > 0) yield return unit.IsTemplate ? Template(unit, enabled) : Plain(unit);
        }
        foreach ((string service, string path, string where) in units.DropIns())
        {
            if (!Runs(path, line) || !units.CanRun(service)) continue;
            yield return new FormerSetupPart(
                $"{where} makes {service} run the stock USB/IP tools, for the same sticks as Longwire",
                [$"rm {ShellWord.Of(where)}", "systemctl daemon-reload"]);
        }
    }

    private static FormerSetupPart Plain(UnitFile unit)
    {
        string disable = $"systemctl disable --now {ShellWord.Of(unit.Name)}";
        return new FormerSetupPart(
            $"{unit.Where} runs the stock USB/IP tools at boot, for the same sticks as Longwire",
            unit.IsOwn ? [disable, $"rm {ShellWord.Of(unit.Where)}", "systemctl daemon-reload"] : [disable]);
    }

    private static FormerSetupPart Template(UnitFile unit, IReadOnlyList<string> enabled)
    {
        // systemd does not know a template's instances by its name alone: those of the boot are named one by one, what else started
        // (a udev rule, a person) is known by the pattern.
        IEnumerable<string> disable = enabled.Select(instance => $"systemctl disable --now {ShellWord.Of(instance)}");
        string who = enabled.Count > 0 ? $"at boot ({string.Join(", ", enabled)})" : "for each stick that it is started for";
        return new FormerSetupPart(
            $"{unit.Where} runs the stock USB/IP tools {who}, for the same sticks as Longwire",
            unit.IsOwn
                ?
                [
                    .. disable,
                    $"systemctl stop {ShellWord.Of(unit.Name.Replace("@.", "@*.", StringComparison.Ordinal))}",
                    $"rm {ShellWord.Of(unit.Where)}",
                    "systemctl daemon-reload",
                ]
                : [.. disable]);
    }

    private static bool Runs(string path, Regex line) => SetupFiles.Joined(path).Any(joined => line.IsMatch(joined.Text));

    // "ExecStartPost=/bin/sh -c '/usr/sbin/usbip bind --$(/usr/sbin/usbip list -p -l | grep '#usbid=10c4:8a2a#' | cut '-d#' -f1)'", or a
    // script of one's own that says by its name what it does.
    [GeneratedRegex(
        @"^Exec\w+\s*=.*(\busbipd\b|\busbip\s+(--\S+\s+)*(bind|unbind)\b|\busbip[-_](un)?bind\b|\b(un)?bind[-_]usbip\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex ServesLine();

    // "usbip --tcp-port 3241 attach -r 192.168.0.10 -b 1-1.2"
    [GeneratedRegex(
        @"^Exec\w+\s*=.*(\busbip\s+(-\S+\s+(\d+\s+)?)*(attach|detach)\b|\busbip[-_](at|de)tach\b|\b(at|de)tach[-_]usbip\b)",
        RegexOptions.CultureInvariant)]
    private static partial Regex AttachesLine();
}
