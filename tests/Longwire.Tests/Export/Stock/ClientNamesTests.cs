using System.Net;
using System.Net.Sockets;
using Longwire.Export;
using Longwire.Options;
using Longwire.UsbIp.Errors;
using Xunit;

namespace Longwire.Tests.Export.Stock;

/// <summary>Clients that are allowed by their names.</summary>
public sealed class ClientNamesTests : IAsyncDisposable
{
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("192.0.2.5");
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    private readonly ExportBench _bench = new();
    private IPAddress[] _addresses = [IPAddress.Loopback];

    [Fact]
    public async Task Who_is_allowed_by_name_is_served_once_the_name_is_resolved()
    {
        await StartAsync();
        Assert.Equal(UsbIpStatus.Ok, await ImportAsync());
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_named_with_its_reason_and_looked_up_again()
    {
        bool resolves = false;
        _bench.Resolve = _ => resolves ? Task.FromResult(_addresses) : throw new SocketException((int)SocketError.HostNotFound);
        await StartAsync(resolved: false);
        await _bench.UntilSaidAsync("ha.lan in stock.allow cannot be resolved: ");
        await AssertTurnedAwayAsync();
        _bench.Time.Advance(ExportTimers.NamesRetry * 3);
        resolves = true;
        await _bench.UntilSaidAsync("ha.lan in stock.allow is 127.0.0.1");
        Assert.Equal(UsbIpStatus.Ok, await ImportAsync());
        Assert.Single(_bench.Log.Lines, line => line.Contains("cannot be resolved", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_resolver_that_hangs_is_given_up_and_holds_up_nobody_who_is_allowed_otherwise()
    {
        var never = new TaskCompletionSource<IPAddress[]>();
        _bench.Resolve = _ => never.Task;
        await StartAsync(resolved: false, "127.0.0.1");
        Assert.Equal(UsbIpStatus.Ok, await ImportAsync());
        await _bench.UntilSaidAsync("ha.lan in stock.allow cannot be resolved: no answer within 5 s");
    }

    [Fact]
    public async Task A_name_is_looked_up_again_now_and_then_and_who_is_served_goes_on_being_served()
    {
        await StartAsync();
        using Socket served = await _bench.ConnectAsync();
        Assert.Equal(UsbIpStatus.Ok, (await _bench.ImportAsync(over: served)).Status);
        _addresses = [s_elsewhere];
        await _bench.UntilSaidAsync("ha.lan in stock.allow is 192.0.2.5", s_step);
        await AssertTurnedAwayAsync();
        Assert.False(served.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead));
    }

    [Fact]
    public async Task A_resolver_that_is_away_takes_no_address_from_a_name_that_had_one()
    {
        await StartAsync();
        _bench.Resolve = _ => throw new SocketException((int)SocketError.TryAgain);
        await _bench.UntilSaidAsync("cannot be resolved", s_step);
        Assert.Equal(UsbIpStatus.Ok, await ImportAsync());
    }

    [Fact]
    public async Task Other_options_leave_who_is_allowed_by_name_alone_and_a_new_name_is_looked_up_at_once()
    {
        await StartAsync();
        using Socket served = await _bench.ConnectAsync();
        Assert.Equal(UsbIpStatus.Ok, (await _bench.ImportAsync(over: served)).Status);
        await AllowAsync("ha.lan", "192.0.2.9");
        Assert.False(served.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead));
        await AllowAsync("other.lan");
        await _bench.UntilSaidAsync("other.lan in stock.allow is 127.0.0.1");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private async Task StartAsync(bool resolved = true, params string[] others)
    {
        if (resolved) _bench.Resolve = _ => Task.FromResult(_addresses);
        _bench.Options = _bench.Options with { Stock = _bench.Options.Stock with { Allow = ["ha.lan", .. others] } };
        _bench.Sysfs.Plug();
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        if (resolved) await _bench.UntilSaidAsync("ha.lan in stock.allow is ");
    }

    private Task AllowAsync(params string[] allow) => _bench.ChangeAsync(
        _bench.Options with { Stock = new StockExportOptions { Port = _bench.Options.Stock.Port, Allow = [.. allow] } });

    private async Task<UsbIpStatus> ImportAsync()
    {
        // The reconciler learns of the addresses by a message of its own.
        UsbIpStatus status = UsbIpStatus.NoSuchDevice;
        for (int i = 0; i < 50 && status == UsbIpStatus.NoSuchDevice; i++)
        {
            (Socket connection, status) = await _bench.ImportAsync();
            connection.Dispose();
        }
        return status;
    }

    private async Task AssertTurnedAwayAsync()
    {
        using Socket socket = await _bench.ConnectAsync();
        Assert.Empty(await ExportBench.ReadToEndAsync(socket));
    }
}
