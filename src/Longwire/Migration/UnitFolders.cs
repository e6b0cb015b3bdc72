namespace Longwire.Migration;

/// <summary>systemd's units as files. In a container the machine's are not visible, and nothing is found.</summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed class UnitFolders(string root)
{
    /// <summary>The administrator's; what is elsewhere came with a package and does nothing until it is enabled.</summary>
    private const string Own = "etc/systemd/system";

    private static readonly string[] s_folders = [Own, "usr/local/lib/systemd/system", "lib/systemd/system", "usr/lib/systemd/system"];

    /// <summary>Services and their templates. The first of a name is the one in force.</summary>
    public IEnumerable<UnitFile> Services() =>
        SetupFiles.InForce(root, s_folders, "*.service").Select(
            file => new UnitFile(file.Path, SetupFiles.Where(root, file.Path), file.Folder == Own));

    /// <summary>Files that <c>systemctl edit</c> and people put beside a service.</summary>
    public IEnumerable<(string Service, string Path, string Where)> DropIns()
    {
        foreach (string folder in SetupFiles.FoldersIn(Path.Combine(root, Own), "*.service.d"))
        {
            foreach (string path in SetupFiles.In(folder, "*.conf"))
            {
                yield return (Path.GetFileName(folder)[..^".d".Length], path, SetupFiles.Where(root, path));
            }
        }
    }

    /// <summary>Something starts it at boot: the unit itself, or these instances of a template.</summary>
    public IReadOnlyList<string> Enabled(string name)
    {
        string own = Path.Combine(root, Own);
        string pattern = name.Replace("@.", "@*.", StringComparison.Ordinal);
        return [.. SetupFiles.FoldersIn(own, "*.wants").Concat(SetupFiles.FoldersIn(own, "*.requires"))
            .SelectMany(folder => SetupFiles.In(folder, pattern)).Select(path => Path.GetFileName(path)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a drop-in of this service counts at all.</summary>
    public bool CanRun(string service)
    {
        int at = service.IndexOf('@', StringComparison.Ordinal);
        string template = at < 0 ? service : service[..(at + 1)] + ".service";
        if (Services().FirstOrDefault(unit => unit.Name == service || unit.Name == template) is not { IsMasked: false } unit) return false;
        // Without [Install] it is started by something else, which is not ours to follow.
        return unit.IsOwn || Enabled(service).Count > 0 || !SetupFiles.Lines(unit.Path).Any(line => line.Trim() == "[Install]");
    }
}

/// <param name="Path">Where it is read.</param>
/// <param name="Where">Where a person finds it.</param>
/// <param name="IsOwn">Written by the administrator, who may remove it.</param>
internal sealed record UnitFile(string Path, string Where, bool IsOwn)
{
    public string Name { get; } = System.IO.Path.GetFileName(Path);

    /// <summary>usbip-bind@.service: runs as often as there are names for what stands behind the @.</summary>
    public bool IsTemplate => Name.Contains("@.", StringComparison.Ordinal);

    public bool IsMasked => new FileInfo(Path).LinkTarget == "/dev/null";
}
