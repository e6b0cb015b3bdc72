using System.Text;
using Longwire.Export;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Testing;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>An export that has just been started, and does not know yet what is plugged in.</summary>
public sealed class FirstLookTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SteppedClock _clock = new();
    private readonly LinkedPi _pi;
    private readonly RawHost _host;

    public FirstLookTests()
    {
        _pi = new LinkedPi(firstLook: _look.Task, offersTime: _clock);
        _host = new RawHost(_pi);
    }

    public async ValueTask DisposeAsync()
    {
        _look.TrySetResult();
        _host.Dispose();
        await _pi.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_comes_before_the_sticks_were_looked_at_is_told_no_list_without_them()
    {
        await _host.EnrolAsync();
        await using LinkConnection connection = await _host.ConnectAsync();
        Task<Welcome> asking = AskAsync(connection);
        await _clock.StartedAsync(ExportTimers.FirstLook);
        Assert.False(asking.IsCompleted);
        _look.SetResult();
        await asking;
        Assert.Contains(LinkedPi.Stick, await ListAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_that_hangs_is_waited_for_once_and_not_for_each_host()
    {
        await _host.EnrolAsync();
        await using LinkConnection first = await _host.ConnectAsync();
        Task<Welcome> asking = AskAsync(first);
        await _clock.ExpireAsync(ExportTimers.FirstLook);
        await asking;
        Assert.DoesNotContain(LinkedPi.Stick, await ListAsync(first), StringComparison.Ordinal);
        // The clock stands still, so nothing would end a wait.
        await using LinkConnection second = await _host.ConnectAsync();
        await AskAsync(second);
    }

    private Task<Welcome> AskAsync(LinkConnection connection) =>
        Handshake.AskAsync(connection, _host.Hello with { Purpose = HelloPurpose.Control }, RawHost.Cancelled)
            .WaitAsync(RawHost.Deadline, RawHost.Cancelled);

    private async Task<string> ListAsync(LinkConnection connection)
    {
        await using var raw = new RawConnection(connection, _host.Timers);
        (FrameType type, byte[] body) = await raw.HearAsync();
        Assert.Equal(FrameType.Offers, type);
        return Encoding.Latin1.GetString(body);
    }
}
