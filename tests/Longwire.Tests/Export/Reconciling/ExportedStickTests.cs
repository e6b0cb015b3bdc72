using Longwire.Export.Reconciling;
using Longwire.Export.Sticks;
using Longwire.Platform;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>Which news of a stick asks for another look at it.</summary>
public sealed class ExportedStickTests
{
    private readonly ExportedStick _stick = new(BusId.Parse("1-1"), Pauses(), new Recoveries(Pauses(), new FakeTimeProvider()));

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    [InlineData(11, false)]
    public void A_look_has_seen_what_the_kernel_said_before_it_began_and_nothing_else(long heardAt, bool isSeen)
    {
        _stick.Changed(5);
        _stick.BeginLook();
        // Told while the look was under way, and heard before or after it began.
        _stick.Changed(heardAt);
        _stick.See(LookFrom(10));
        Assert.Equal((isSeen, isSeen, !isSeen), (_stick.TakeSeen() is not null, _stick.WasLookedAt, _stick.NeedsLook));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void News_that_a_look_has_seen_and_that_is_told_later_asks_for_no_other(long heardAt, bool asks)
    {
        _stick.See(LookFrom(10));
        _stick.Changed(heardAt);
        Assert.Equal(asks, _stick.NeedsLook);
    }

    [Fact]
    public void The_latest_news_counts_in_whatever_order_it_is_told()
    {
        _stick.Changed(11);
        _stick.Changed(9);
        _stick.See(LookFrom(10));
        Assert.True(_stick.NeedsLook);
    }

    [Fact]
    public void What_follows_from_our_own_doing_wants_a_look_that_begins_after_it()
    {
        _stick.BeginLook();
        _stick.WantLook();
        _stick.See(LookFrom(long.MaxValue));
        Assert.Equal((null, true), (_stick.TakeSeen(), _stick.NeedsLook));
        _stick.BeginLook();
        Inspection seen = LookFrom(10);
        _stick.See(seen);
        Assert.Equal((seen, false), (_stick.TakeSeen(), _stick.NeedsLook));
        // Once.
        Assert.Null(_stick.TakeSeen());
    }

    private static Inspection LookFrom(long timestamp) => Inspection.Gone with { BeganAt = timestamp };

    private static Backoff Pauses() => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new Random(1));
}
