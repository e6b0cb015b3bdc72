using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Longwire.UsbIp.Proxy;
using Xunit;
using Xunit.Sdk;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>
/// Seeded plans of faults against models of both kernels. <c>LONGWIRE_FAULT_PLANS</c> says how many, <c>LONGWIRE_FAULT_SEED</c> with which
/// to begin.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class FaultPlanTests
{
    [Fact]
    public void Whatever_fails_and_when_both_kernels_see_what_they_would_see_of_each_other()
    {
        int count = Number("LONGWIRE_FAULT_PLANS", 10_000);
        int first = Number("LONGWIRE_FAULT_SEED", 1);
        UrbProxyCounters seen = default;
        for (int seed = first; seed < first + count; seed++)
        {
            try
            {
                Plan.Add(ref seen, new Plan(seed).Run());
            }
            catch (Exception e)
            {
                throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"plan {seed}: {e.Message}"), e);
            }
        }
        if (count < 1000) return;
        // Plans in which nothing happens would show nothing.
        long[] all =
        [
            seen.OutsDelivered, seen.OutsStale, seen.OutsForRoom, seen.OutsClosed, seen.OutsUnknown, seen.InsAdopted,
            seen.InBytesSwallowed, seen.AnswersSwallowed, seen.ControlsRestored,
        ];
        Assert.All(all, number => Assert.InRange(number, count / 20, long.MaxValue));
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;
}
