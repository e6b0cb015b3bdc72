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
    private readonly TaskCompletionSource _kernel = new();
    private readonly SteppedClock _clock = new();
    private readonly LinkedPi _pi;
    private readonly RawHost _host;

    public FirstLookTests()
    {
        _pi = new LinkedPi(hanging: _kernel.Task, controlTime: _clock);
        _host = new RawHost(_pi);
    }

    public async ValueTask DisposeAsync()
    {
        _kernel.TrySetResult();
        _host.Dispose();
        await _pi.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_comes_before_each_stick_was_looked_at_is_told_no_list_without_them()
    {
        await _host.EnrolAsync();
        await using LinkConnection connection = await _host.ConnectAsync();
        Task<Welcome> asking = AskAsync(connection);
        await _clock.StartedAsync(ExportTimers.FirstLook);
        Assert.False(asking.IsCompleted);
        _kernel.SetResult();
        await asking;
        Assert.Contains(LinkedPi.Stick, await ListAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_that_hangs_keeps_the_others_from_nobody_for_long()
    {
        await _host.EnrolAsync();
        await using LinkConnection connection = await _host.ConnectAsync();
        Task<Welcome> asking = AskAsync(connection);
        await _clock.ExpireAsync(ExportTimers.FirstLook);
        await asking;
        await ListAsync(connection);
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
