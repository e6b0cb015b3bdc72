using System.Globalization;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Privileges;

/// <summary>Which rights of root this process holds, in whichever set: /proc/self/status (proc_pid_status(5)).</summary>
internal readonly record struct ProcessCapabilities(ulong Held)
{
    // Not CapBnd: who is not root has all that the container may have in there, cannot use it, and cannot give it up.
    private static readonly string[] s_sets = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"];

    public static ProcessCapabilities Read(SysfsRoot root)
    {
        ulong held = 0;
        try
        {
            foreach (string line in File.ReadLines(Path.Combine(root.Proc, "self/status")))
            {
                if (Array.Find(s_sets, set => line.StartsWith(set, StringComparison.Ordinal)) is not { } name) continue;
                if (ulong.TryParse(line.AsSpan(name.Length)
                    .Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set))
                {
                    held |= set;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a /proc there is nothing to know.
        }
        return new ProcessCapabilities(held);
    }

    public bool Has(Capability capability) => (Held & (1ul << (int)capability)) != 0;
}
