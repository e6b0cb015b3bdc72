using System.Net;
using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Link.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Link;

/// <summary>Where a Pi says that it can be reached.</summary>
public sealed class AddressFeedTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_told_once_and_what_is_the_same_is_no_change()
    {
        var time = new FakeTimeProvider();
        IPAddress[] own = [IPAddress.Parse("fd00::10"), IPAddress.Parse("192.168.0.10"), IPAddress.Parse("fe80::1"), IPAddress.Loopback];
        int reads = 0;
        var feed = new AddressFeed(
            () =>
            {
                Interlocked.Increment(ref reads);
                return [.. own.Select(address => new InterfaceAddress("eth0", address))];
            },
            time);
        using var stop = new CancellationTokenSource();
        Task running = feed.RunAsync(stop.Token);
        ReadOnlyMemory<byte> first = feed.Frame;
        Assert.Equal([IPAddress.Parse("192.168.0.10"), IPAddress.Parse("fd00::10")], AddressesFrame.Parse(first.Span));

        Task changed = feed.WhenChangedAsync();
        await LookAsync(feed, time, () => Volatile.Read(ref reads));
        Assert.False(changed.IsCompleted);
        Assert.True(first.Equals(feed.Frame));

        own = [IPAddress.Parse("192.168.0.11")];
        await LookAsync(feed, time, () => Volatile.Read(ref reads));
        await changed.WaitAsync(s_deadline, Cancelled);
        Assert.Equal(own, AddressesFrame.Parse(feed.Frame.Span));
        Assert.False(feed.WhenChangedAsync().IsCompleted);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task LookAsync(AddressFeed feed, FakeTimeProvider time, Func<int> reads)
    {
        int before = reads();
        feed.LookAgain();
        using var deadline = new CancellationTokenSource(s_deadline);
        while (reads() == before)
        {
            time.Advance(ExportTimers.AddressSettles);
            await Task.Delay(10, deadline.Token);
        }
        // What was read is taken in before the next look.
        feed.LookAgain();
        before = reads();
        while (reads() == before)
        {
            time.Advance(ExportTimers.AddressSettles);
            await Task.Delay(10, deadline.Token);
        }
    }
}
