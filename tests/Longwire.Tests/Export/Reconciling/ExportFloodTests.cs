using System.Net.Sockets;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>What hosts and loose plugs can repeat without end: told once, and each time in the debug log.</summary>
public sealed class ExportFloodTests : IAsyncDisposable
{
    private const int Times = 12;

    private readonly ExportBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_host_that_attaches_and_leaves_again_and_again()
    {
        await OfferAsync();
        for (int time = 0; time < Times; time++)
        {
            (Socket connection, _) = await _bench.ImportAsync();
            connection.Dispose();
            _bench.Kernel.SetStatus("1-1", 1);
            int ended = time + 1;
            await _bench.UntilAsync(() => Count("no longer served") == ended, "the session to end");
            await _bench.UntilOfferedAsync();
        }
        AssertToldOnce("is served to 127.0.0.1", Times);
        AssertToldOnce("is no longer served to 127.0.0.1", Times);
        AssertToldOnce("is offered", Times + 1);
    }

    [Fact]
    public async Task A_kernel_that_refuses_each_host()
    {
        await OfferAsync();
        _bench.Kernel.Refuse = (attribute, _) => attribute == "1-1/usbip_sockfd" ? Errno.InvalidArgument : null;
        for (int time = 0; time < Times; time++)
        {
            (Socket connection, _) = await _bench.ImportAsync();
            connection.Dispose();
            await _bench.UntilOfferedAsync();
        }
        AssertToldOnce("could not be served", Times);
    }

    [Fact]
    public async Task A_stick_with_a_loose_plug()
    {
        await OfferAsync();
        for (int time = 1; time <= Times; time++)
        {
            await _bench.PullAsync();
            await _bench.UntilAsync(() => Count("was unplugged") == time, "it to be gone");
            await _bench.PlugAsync();
            await _bench.UntilOfferedAsync();
        }
        AssertToldOnce("was unplugged", Times);
        AssertToldOnce("is offered", Times + 1);
    }

    private async Task OfferAsync()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
    }

    private int Count(string part) => _bench.Log.Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    private void AssertToldOnce(string part, int times)
    {
        Assert.Single(_bench.Log.Entries, entry => entry.Level > LogLevel.Debug && entry.Line.Contains(part, StringComparison.Ordinal));
        Assert.Equal(times, Count(part));
    }
}
