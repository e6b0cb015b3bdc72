using Longwire.Export.Reconciling;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>Who asks for a stick while it is looked at for the first time.</summary>
public sealed class FirstLookTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();
    private readonly PlayedCarrier _carrier = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a radio", UsbIpStatus.Ok)]
    [InlineData("no radio", UsbIpStatus.NoSuchDevice)]
    [InlineData("its tty is open", UsbIpStatus.NoSuchDevice)]
    [InlineData("it cannot be read", UsbIpStatus.NoSuchDevice)]
    [InlineData("somebody else has bound it", UsbIpStatus.NoSuchDevice)]
    [InlineData("somebody else has bound it, and it is served", UsbIpStatus.DeviceBusy)]
    [InlineData("it was served before a crash, and is not wanted any more", UsbIpStatus.NoSuchDevice)]
    public async Task Waits_for_what_comes_of_it(string what, UsbIpStatus expected)
    {
        if (what.Contains("crash", StringComparison.Ordinal))
        {
            await _bench.StartAsync();
            await _bench.PlugAsync();
            await _bench.UntilOfferedAsync();
            await _bench.DieAsync();
            _bench.Options = _bench.Options with { TakeRecognised = false };
        }
        else
        {
            string folder = _bench.Sysfs.Plug(id: what == "no radio" ? "1a86:7523" : "0658:0200");
            if (what == "it cannot be read") File.Delete(Path.Combine(folder, "descriptors"));
            if (what == "its tty is open") _bench.Sysfs.AddProcess(10, "zwave-js", "/dev/null");
            if (what.StartsWith("somebody else", StringComparison.Ordinal)) _bench.Sysfs.SetDriver(folder, "usbip-host");
            bool isServed = what.EndsWith("served", StringComparison.Ordinal);
            _bench.Kernel.SetStatus("1-1", isServed ? 2 : 1);
            _bench.Options = _bench.Options with { TakeOver = isServed };
        }
        using var other = new PlayedCarrier();
        PendingImport first = new(BusId.Parse("1-1"), _carrier), second = new(BusId.Parse("1-1"), other);
        PendingImport unknown = new(BusId.Parse("9-9"), other);
        _bench.BeforeStart = async reconciler =>
        {
            foreach (PendingImport import in new[] { first, second, unknown })
                await reconciler.PostAsync(new ExportMessage.ImportAsked(import), Cancellation);
        };
        await _bench.StartAsync();
        Assert.Equal(UsbIpStatus.NoSuchDevice, await AnswerAsync(unknown));
        // One waits, and of the rest nobody says that it is in use.
        Assert.Equal(UsbIpStatus.NoSuchDevice, await AnswerAsync(second));
        Assert.Equal(expected, await AnswerAsync(first));
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _carrier.Dispose();
    }

    private async Task<UsbIpStatus> AnswerAsync(PendingImport import)
    {
        await _bench.UntilAsync(() => import.Answer.IsCompleted, "an answer");
        return (await import.Answer).Status;
    }
}
