using System.Text.RegularExpressions;

namespace Longwire.MovingIn;

/// <summary>systemd units that run the stock tools. In a container the machine's are not visible, and nothing is found.</summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed partial class ClassicUnits(string root)
{
    private const string Own = "etc/systemd/system";

    private static readonly string[] s_packaged = ["lib/systemd/system", "usr/lib/systemd/system"];

    /// <summary>Those that take sticks from us on a Pi.</summary>
    public IEnumerable<Leftover> OnPi() => Find(ServesLine());

    /// <summary>Those that attach radios on a host.</summary>
    public IEnumerable<Leftover> OnHost() => Find(AttachesLine());

    private IEnumerable<Leftover> Find(Regex line)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string folder in (string[])[Own, .. s_packaged])
        {
            foreach (string path in Units(Path.Combine(root, folder)))
            {
                string name = Path.GetFileName(path);
                // The first of a name is the one in force; one that a package brought and nobody enabled does nothing.
                if (!seen.Add(name) || !Runs(path, line) || (folder != Own && !IsEnabled(name))) continue;
                string where = "/" + Path.GetRelativePath(root, path);
                yield return folder == Own
                    ? new Leftover($"{where} runs the stock USB/IP tools at boot, for the same sticks as Longwire", [$"systemctl disable --now {name}", $"rm {where}", "systemctl daemon-reload"])
                    : new Leftover($"{where} runs the stock USB/IP tools at boot, for the same sticks as Longwire", [$"systemctl disable --now {name}"]);
            }
        }
    }

    private static List<string> Units(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.service").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool Runs(string path, Regex line)
    {
        try
        {
            return File.ReadLines(path).Any(text => line.IsMatch(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not ours to read, or a link to nowhere: then systemd cannot run it either.
            return false;
        }
    }

    private bool IsEnabled(string name)
    {
        try
        {
            string folder = Path.Combine(root, Own);
            return Directory.EnumerateDirectories(folder, "*.wants").Concat(Directory.EnumerateDirectories(folder, "*.requires"))
                .Any(wants => new FileInfo(Path.Combine(wants, name)).LinkTarget is not null || File.Exists(Path.Combine(wants, name)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // "ExecStartPost=/bin/sh -c '/usr/sbin/usbip bind --$(/usr/sbin/usbip list -p -l | grep '#usbid=10c4:8a2a#' | cut '-d#' -f1)'"
    [GeneratedRegex(@"^\s*Exec\w+\s*=.*(\busbipd\b|\busbip\s+(--\S+\s+)*(bind|unbind)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex ServesLine();

    // "usbip --tcp-port 3241 attach -r 192.168.0.10 -b 1-1.2"
    [GeneratedRegex(@"^\s*Exec\w+\s*=.*\busbip\s+(-\S+\s+(\d+\s+)?)*(attach|detach)\b", RegexOptions.CultureInvariant)]
    private static partial Regex AttachesLine();
}
