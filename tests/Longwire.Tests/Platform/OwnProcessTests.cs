using System.Globalization;
using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class OwnProcessTests
{
    [Fact]
    public void What_was_given_up_is_in_no_set_and_nothing_else_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root has rights to give up");
        Dictionary<string, ulong> before = [], after = [];
        // Rights belong to a thread: those of the other tests stay.
        var thread = new Thread(() =>
        {
            before = Sets();
            new OwnProcess().DropCapabilities(Capability.SysModule, Capability.SysAdmin);
            after = Sets();
        });
        thread.Start();
        thread.Join();

        const ulong Given = (1ul << 16) | (1ul << 21);
        Assert.Equal(["CapAmb", "CapBnd", "CapEff", "CapInh", "CapPrm", "NoNewPrivs"], after.Keys.Order(StringComparer.Ordinal));
        foreach (string set in (string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) Assert.Equal(before[set] & ~Given, after[set]);
        Assert.Equal(1ul, after["NoNewPrivs"]);
    }

    private static Dictionary<string, ulong> Sets() => File.ReadLines("/proc/thread-self/status")
        .Select(line => line.Split(':'))
        .Where(line => line[0].StartsWith("Cap", StringComparison.Ordinal) || line[0] == "NoNewPrivs")
        .ToDictionary(
            line => line[0],
            line => ulong.Parse(line[1].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            StringComparer.Ordinal);
}
