using System.Globalization;
using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Longwire.State;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A Pi that makes up sticks: what it says has bounds, and what was there before keeps its place.</summary>
public sealed class InventedSticksTests
{
    [Fact]
    public async Task Of_a_thousand_sticks_a_bounded_number_is_looked_at_and_that_is_said_once()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device("1-9"), IdentityOf("ZW0001"));
        for (int list = 0; list < 5; list++)
        {
            IEnumerable<ExportedDevice> made = Enumerable.Range(0, 1024).Select(i => Device(BusIdOf(i), (uint)i, "1a86:7523"));
            bench.List("attic", [.. made, Device("1-9")]);
            await bench.SettledAsync();
        }
        string told = Assert.Single(bench.Feed.Current.Bridge.Problems);
        Assert.Contains("lists more than 64 sticks", told, StringComparison.Ordinal);
        PiSnapshot pi = Assert.Single(bench.Feed.Current.Pis);
        Assert.Equal(PiChanges.MostSticks, pi.Offers!.Offers.Length);
        // The one that was there before is none of those that are left alone.
        Assert.Contains(pi.Offers.Offers, offer => offer.BusId.ToString() == "1-9");
        bench.List("attic", Device("1-9"));
        await bench.SettledAsync();
        Assert.Empty(bench.Feed.Current.Bridge.Problems);
    }

    [Fact]
    public async Task New_serials_without_end_are_a_bounded_number_of_radios_()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        await bench.AttachAsync(Device("1-9"), IdentityOf("ZW0001"));
        int seen = 1;
        for (int i = 0; i < 3 * RadioLimit.PerPi; i++)
        {
            ExportedDevice device = Device("1-1.2", (uint)(10 + i));
            bench.List("attic", Device("1-9"), device);
            await bench.SettledAsync();
            for (; seen < bench.Attachments.Count; seen++)
            {
                ScriptedAttachment attachment = bench.Attachments[seen];
                AttachDecision decision = await bench.IdentifyAsync(
                    attachment, device, IdentityOf(string.Create(CultureInfo.InvariantCulture, $"FAKE{seen}")));
                bench.End(attachment, decision is AttachDecision.Refuse refuse
                    ? new AttachOutcome.Refused(refuse.Reason)
                    : new AttachOutcome.Failed("it is none"));
                await bench.SettledAsync();
            }
            bench.Time.Advance(AttachTimers.LookAgain);
        }
        Assert.InRange(seen, RadioLimit.PerPi, int.MaxValue);
        Assert.InRange(bench.Feed.Current.Radios.Length, 2, RadioLimit.PerPi);
        Assert.Contains(bench.Feed.Current.Radios, radio => radio is { Id: "0658_0200_ZW0001", Status: RadioStatus.Attached });
        await bench.StopAsync();
        Assert.InRange(bench.Memory.Radios.Length, 2, RadioLimit.PerPi);
    }

    [Fact]
    public async Task Where_all_places_are_taken_new_ones_are_left_alone_and_that_is_said_once()
    {
        await using var bench = new AttachBench(
            [.. Enumerable.Range(0, RadioLimit.PerPi).Select(i =>
                Known($"r{i}", string.Create(CultureInfo.InvariantCulture, $"OLD{i}"), port: $"3.{i}", wanted: false))]);
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice[] added = [Device(), Device("1-1.3", 4), Device("1-1.4", 5)];
        bench.List("attic", added);
        var waiting = new List<Task<AttachDecision>>();
        for (int i = 0; i < added.Length; i++)
        {
            ScriptedAttachment attachment = await bench.NextAttachmentAsync(i);
            ExportedDevice device = Assert.Single(added, device => device.BusId == attachment.BusId);
            waiting.Add(bench.Identify(attachment, device, IdentityOf($"NEW{device.DeviceNumber}")));
        }
        for (int i = 0; i < added.Length; i++)
        {
            AttachDecision decision = await waiting[i];
            bench.End(bench.Attachments[i], new AttachOutcome.Refused(Assert.IsType<AttachDecision.Refuse>(decision).Reason));
        }
        await bench.SettledAsync();
        Assert.Contains("longwire forget", Assert.Single(bench.Feed.Current.Bridge.Problems), StringComparison.Ordinal);
        Assert.Equal(RadioLimit.PerPi, bench.Feed.Current.Radios.Length);
        // It is left alone.
        bench.Time.Advance(AttachTimers.LookAgain / 2);
        bench.List("attic", added);
        await bench.SettledAsync();
        Assert.Single(bench.Attachments, other => other.BusId == Device().BusId);
    }

    private static string BusIdOf(int i) => string.Create(CultureInfo.InvariantCulture, $"{2 + (i / 100)}-1.{1 + (i % 100)}");
}
