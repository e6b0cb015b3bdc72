namespace Longwire.Migration;

/// <summary>Lines that load USB/IP's modules at boot, in /etc/modules and /etc/modules-load.d. They do no harm.</summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed class ModuleLines(string root)
{
    public IEnumerable<FormerSetupPart> Find()
    {
        foreach (string path in Files())
        {
            List<string> modules = [.. SetupFiles.Lines(path).Select(line => line.Trim()).Where(IsUsbIp)];
            if (modules.Count == 0) continue;
            string where = SetupFiles.Where(root, path);
            yield return new FormerSetupPart(
                $"{where} loads {string.Join(", ", modules)} at boot. That does no harm; Longwire loads them by itself where it may, and "
                    + "then these lines can go",
                [.. modules.Distinct().Select(module => $"sed -i '/^[[:space:]]*{module}[[:space:]]*$/d' {ShellWord.Of(where)}")]);
        }
    }

    private IEnumerable<string> Files()
    {
        yield return Path.Combine(root, "etc/modules");
        // Debian links one of these to /etc/modules.
        foreach (string path in SetupFiles.In(Path.Combine(root, "etc/modules-load.d"), "*.conf"))
        {
            if (new FileInfo(path).LinkTarget is null) yield return path;
        }
    }

    // A line is one module's name (modules-load.d(5)); the rest is not for a shell to repeat.
    private static bool IsUsbIp(string line) =>
        (line.StartsWith("usbip", StringComparison.Ordinal) || line.StartsWith("vhci", StringComparison.Ordinal))
        && line.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
