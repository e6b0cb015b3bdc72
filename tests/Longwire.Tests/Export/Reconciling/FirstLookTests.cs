using Longwire.Export.Reconciling;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>Who asks for a stick that was plugged in a moment ago, and nobody has looked at yet.</summary>
public sealed class FirstLookTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();
    private readonly PlayedCarrier _carrier = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_waits_for_it_and_gets_it()
    {
        await _bench.StartAsync();
        Assert.Equal(UsbIpStatus.Ok, await PlugAndAskAsync("0658:0200"));
    }

    [Theory]
    [InlineData("1a86:7523", false)]
    [InlineData("0658:0200", true)]
    public async Task Nobody_waits_for_what_is_not_given(string id, bool isOpen)
    {
        await _bench.StartAsync();
        if (isOpen) _bench.Sysfs.AddProcess(10, "zwave-js", "/dev/null");
        Assert.Equal(UsbIpStatus.NoSuchDevice, await PlugAndAskAsync(id));
    }

    [Fact]
    public async Task One_that_somebody_else_has_bound_is_not_waited_for()
    {
        _bench.Sysfs.SetDriver(_bench.Sysfs.Plug(), "usbip-host");
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.StartAsync();
        Assert.Equal(UsbIpStatus.NoSuchDevice, await AskAsync());
    }

    [Fact]
    public async Task What_nobody_has_heard_of_is_refused_at_once()
    {
        await _bench.StartAsync();
        Assert.Equal(UsbIpStatus.NoSuchDevice, await AskAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _carrier.Dispose();
    }

    private async Task<UsbIpStatus> PlugAndAskAsync(string id)
    {
        _bench.Sysfs.Plug("1-1", id, "ZW0001", "Stick", tty: "ttyACM0");
        await _bench.NewsAsync();
        return await AskAsync();
    }

    private async Task<UsbIpStatus> AskAsync()
    {
        var import = new PendingImport(BusId.Parse("1-1"), _carrier);
        await _bench.Reconciler.PostAsync(new ExportMessage.ImportAsked(import), Cancellation);
        await _bench.UntilAsync(() => import.Answer.IsCompleted, "an answer");
        return (await import.Answer).Status;
    }
}
