namespace Longwire.Benchmarks.Link;

/// <summary>What of a machine the measures of the link use beside .NET.</summary>
internal static class RequiredPrograms
{
    private static readonly (string Path, string Package)[] s_common = [("/usr/sbin/ip", "iproute2"), ("/usr/bin/setsid", "util-linux")];
    private static readonly (string Path, string Package)[] s_roundTrip =
    [
        ("/usr/sbin/sshd", "openssh-server"), ("/usr/bin/ssh", "openssh-client"), ("/usr/bin/ssh-keygen", "openssh-client"),
        ("/usr/bin/socat", "socat"),
    ];

    /// <summary>What is missing, and what to do; null: nothing is.</summary>
    public static string? Missing(IReadOnlyCollection<string> measures)
    {
        if (!Environment.IsPrivilegedProcess) return "Network namespaces are root's to make: run it as root.";
        IEnumerable<(string Path, string Package)> needed = measures.Contains("roundtrip") ? [.. s_common, .. s_roundTrip] : s_common;
        (string Path, string Package)[] missing = [.. needed.Where(one => !File.Exists(one.Path))];
        return missing.Length == 0
            ? null
            : $"There is no {string.Join(", no ", missing.Select(one => one.Path))}. Debian and Ubuntu have it: "
                + $"apt-get install --no-install-recommends {string.Join(' ', missing.Select(one => one.Package).Distinct())}";
    }
}
