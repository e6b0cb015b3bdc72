using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Proxy;
using Xunit;
using Xunit.Sdk;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>
/// Seeded plans against models of the kernels. <c>LONGWIRE_RELAY_PLANS</c> says how many, <c>LONGWIRE_RELAY_SEED</c> with which to begin.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class RelayPlanTests
{
    [Fact]
    public void Whoever_is_away_and_when_every_urb_is_answered_once_and_the_stick_is_heard_in_order()
    {
        RelayCounters seen = default;
        int count = Run(seed => Add(ref seen, new RelayPlan(seed).Run()));
        // Plans in which nothing happens would show nothing.
        long[] all =
        [
            seen.Urbs, seen.Clones, seen.ClonesAdopted, seen.ClonesEmpty, seen.ClonesFailed, seen.BytesReadAhead,
        ];
        if (count >= 1000) Assert.All(all, number => Assert.InRange(number, count / 20, long.MaxValue));
        Assert.Equal(0, seen.BytesDropped);
    }

    [Fact]
    public void Whatever_fails_and_when_with_the_proxy_at_the_other_end_both_kernels_see_what_they_would_see_of_each_other()
    {
        RelayCounters relayed = default;
        UrbProxyCounters seen = default;
        int count = Run(seed =>
        {
            var plan = new Plan(seed, withRelay: true);
            Plan.Add(ref seen, plan.Run());
            Add(ref relayed, plan.Relayed);
        });
        if (count < 1000) return;
        long[] all =
        [
            seen.OutsDelivered, seen.OutsStale, seen.OutsForRoom, seen.OutsClosed, seen.OutsUnknown, seen.InsAdopted,
            seen.InBytesSwallowed, seen.AnswersSwallowed, seen.ControlsRestored,
            relayed.Clones, relayed.ClonesEmpty, relayed.BytesReadAhead,
        ];
        Assert.All(all, number => Assert.InRange(number, count / 20, long.MaxValue));
        // Rare here: what was read ahead goes first, and by then the clones have mostly ended.
        Assert.InRange(relayed.ClonesAdopted, count / 100, long.MaxValue);
    }

    private static int Run(Action<int> plan)
    {
        int count = Number("LONGWIRE_RELAY_PLANS", 10_000);
        int first = Number("LONGWIRE_RELAY_SEED", 1);
        for (int seed = first; seed < first + count; seed++)
        {
            try
            {
                plan(seed);
            }
            catch (Exception e)
            {
                throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"plan {seed}: {e.Message}"), e);
            }
        }
        return count;
    }

    private static void Add(ref RelayCounters sum, RelayCounters more)
    {
        sum.Urbs += more.Urbs;
        sum.Clones += more.Clones;
        sum.ClonesAdopted += more.ClonesAdopted;
        sum.ClonesEmpty += more.ClonesEmpty;
        sum.ClonesFailed += more.ClonesFailed;
        sum.BytesReadAhead += more.BytesReadAhead;
        sum.BytesDropped += more.BytesDropped;
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;
}
