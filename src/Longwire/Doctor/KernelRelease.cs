using System.Text.RegularExpressions;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>Which of kernel.org's releases the running kernel is, as far as it says so.</summary>
/// <param name="Text">As uname -r writes it.</param>
/// <param name="Upstream">
/// Null: its distribution counts by itself. Debian's 6.1.0-57-amd64 and Ubuntu's 5.8.0-63-generic have 0 where kernel.org has its number.
/// </param>
/// <param name="Series">Its first two numbers.</param>
internal sealed partial record KernelRelease(string Text, Version? Upstream, Version Series)
{
    /// <returns>Null: it does not say, or not in a form that is known.</returns>
    public static KernelRelease? Read(SysfsRoot root)
    {
        string text = KernelText.Read(Path.Combine(root.Proc, "sys/kernel/osrelease")) ?? "";
        Match release = Release().Match(text);
        if (!release.Success || !Version.TryParse(release.Groups["numbers"].Value, out Version? numbers)) return null;
        bool isOwnCount = release.Groups["own"].Success;
        return new KernelRelease(text, isOwnCount ? OfDistribution(root) : numbers, new Version(numbers.Major, numbers.Minor));
    }

    // Ubuntu's third word is kernel.org's number (Documentation of its kernel, /proc/version_signature); Debian's version begins with it.
    private static Version? OfDistribution(SysfsRoot root)
    {
        string? ubuntu = KernelText.Read(Path.Combine(root.Proc, "version_signature"))?.Split(' ') is [_, _, var number] ? number : null;
        string debian = Debian().Match(KernelText.Read(Path.Combine(root.Proc, "version")) ?? "").Groups["numbers"].Value;
        return Version.TryParse(ubuntu ?? debian, out Version? upstream) ? upstream : null;
    }

    [GeneratedRegex(@"^(?<numbers>\d{1,4}\.\d{1,4}\.\d{1,4})(?<own>(?<=\.0)-\d)?")]
    private static partial Regex Release();

    [GeneratedRegex(@" Debian (\d+:)?(?<numbers>\d{1,4}\.\d{1,4}\.\d{1,4})")]
    private static partial Regex Debian();
}
