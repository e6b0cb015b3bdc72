using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.State;

public sealed class StateFeedTests
{
    private static readonly BridgeDetails s_details = new("homeassistant://app/x", LogLevel.Debug);

    private readonly StateFeed _feed = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_describes_the_bridge_is_news_and_stays_in_every_snapshot_after_it()
    {
        Snapshot before = Some.Snapshot(Some.Radio);
        _feed.Publish(before, []);
        Task<Snapshot> changed = _feed.WaitForChangeAsync(before, Stop);

        _feed.Describe(_ => s_details);

        Snapshot described = await changed;
        Assert.Equal(s_details, described.Bridge.Details);
        Assert.Equal(before.Radios, described.Radios);
        _feed.Publish(Some.Snapshot(Some.Radio with { Disconnects = 9 }), []);
        Assert.Equal((s_details, 9), (_feed.Current.Bridge.Details, _feed.Current.Radios[0].Disconnects));
    }

    [Fact]
    public async Task Before_the_first_snapshot_nobody_is_told_and_the_first_one_has_it()
    {
        Task<Snapshot> first = _feed.WaitForChangeAsync(Snapshot.Empty, Stop);
        _feed.Describe(_ => s_details);
        Assert.Same(Snapshot.Empty, _feed.Current);
        Assert.False(first.IsCompleted);

        _feed.Publish(Some.Snapshot(Some.Radio), []);
        Assert.Equal(s_details, (await first).Bridge.Details);
    }

    [Fact]
    public void The_same_details_are_no_news_and_each_change_keeps_the_others()
    {
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        _feed.Describe(details => details with { LogLevel = LogLevel.Error });
        Snapshot current = _feed.Current;
        _feed.Describe(details => details with { LogLevel = LogLevel.Error });
        Assert.Same(current, _feed.Current);
        _feed.Describe(details => details with { Page = "homeassistant://app/x" });
        Assert.Equal(new BridgeDetails("homeassistant://app/x", LogLevel.Error), _feed.Current.Bridge.Details);
    }
}
