using System.Diagnostics;
using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>
/// At the stop each stick is given back by itself. Here the kernel never lets go of one call for the stick at 1-1; the ones at 1-2 and 1-3
/// have their own drivers all the same, and the ledger and the log name the one that has not.
/// </summary>
public sealed class ExportStopTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _pipe;
    private bool _isLeftBehind;

    [Theory]
    [InlineData("usb/unbind")]
    [InlineData("usbip-host/match_busid")]
    [InlineData("usbip-host/bind")]
    public async Task A_stick_whose_binding_hangs_costs_no_other_its_driver(string write)
    {
        Hang(write);
        await StartAsync();
        await _hangs.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await AssertOnlyTheFirstIsLeftAsync();
    }

    [Theory]
    [InlineData("usbip-host/unbind")]
    [InlineData("usb/bind")]
    public async Task A_stick_whose_giving_back_hangs_costs_no_other_its_driver(string write)
    {
        await StartAsync();
        await _bench.UntilOfferedAsync();
        Hang(write);
        await AssertOnlyTheFirstIsLeftAsync();
    }

    [Fact]
    public async Task A_stick_whose_session_does_not_end_costs_no_other_its_driver()
    {
        await StartAsync();
        await _bench.UntilOfferedAsync();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        using (connection)
        {
            Assert.Equal(UsbIpStatus.Ok, status);
            // Cut, it stays in use: usbip-host waits for the stick's reset.
            _bench.Kernel.After = (path, text) =>
            {
                if (text == "-1") _bench.Kernel.SetStatus("1-1", 2);
            };
            await AssertOnlyTheFirstIsLeftAsync();
            _bench.Kernel.SetStatus("1-1", 1);
        }
    }

    [Fact]
    public async Task A_stick_that_is_looked_at_without_end_costs_no_other_its_driver()
    {
        await StartAsync();
        await _bench.UntilOfferedAsync();
        await HangLooksAsync();
        await _bench.NewsAsync();
        // Looks begin in the order of their news: a stop that came before this one would find nothing that hangs.
        await _bench.PlugAsync("1-4", tty: "ttyACM3");
        await _bench.UntilOfferedAsync("1-4");
        await AssertOnlyTheFirstIsLeftAsync();
    }

    [Fact]
    public async Task A_stick_that_was_never_ours_and_is_looked_at_without_end_is_not_spoken_of()
    {
        _bench.Sysfs.Plug();
        await HangLooksAsync();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync("1-2");
        await _bench.StopAsync();
        Assert.Contains("usb/bind 1-2", _bench.Kernel.Lines);
        Assert.False(_bench.Said("Not all sticks were given back"));
    }

    public async ValueTask DisposeAsync()
    {
        _letGo.TrySetResult();
        // Whoever waits at a pipe goes on when somebody has opened its other end.
        if (_pipe is not null) new FileStream(_pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        // What was left behind goes on, and ends before its folders do.
        if (_isLeftBehind) await _bench.UntilSaidAsync("The stick at 1-1 is given back");
        await _bench.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task StartAsync()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        _bench.Sysfs.Plug("1-3", tty: "ttyACM2");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync("1-2");
        await _bench.UntilOfferedAsync("1-3");
    }

    private void Hang(string write) => _bench.Kernel.After = (path, text) =>
    {
        string attribute = $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
        if (attribute != write || !text.EndsWith("1-1", StringComparison.Ordinal)) return;
        _hangs.TrySetResult();
        _letGo.Task.GetAwaiter().GetResult();
    };

    // Opening a pipe that nobody writes to waits, as reading the attribute of a sick stick does.
    private async Task HangLooksAsync()
    {
        _pipe = Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "descriptors");
        File.Delete(_pipe);
        using Process making = Process.Start("mkfifo", [_pipe]);
        await making.WaitForExitAsync(Cancellation);
        Assert.Equal(0, making.ExitCode);
    }

    private async Task AssertOnlyTheFirstIsLeftAsync()
    {
        await _bench.StopAsync();
        _isLeftBehind = true;
        Assert.Contains("usb/bind 1-2", _bench.Kernel.Lines);
        Assert.Contains("usb/bind 1-3", _bench.Kernel.Lines);
        Assert.Single(
            _bench.Log.Lines, line => line.Contains("Not all sticks were given back in time (left: 1-1)", StringComparison.Ordinal));
        string ledger = await File.ReadAllTextAsync(_bench.LedgerPath, Cancellation);
        Assert.Equal(
            [true, false, false],
            ((string[])["1-1", "1-2", "1-3"]).Select(busId => ledger.Contains($"\"{busId}\"", StringComparison.Ordinal)));
    }
}
