using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>
/// What goes wrong with one stick or one session is that one's alone: the process goes on (a stop throws what ended it), and the stick at
/// 1-2 is served throughout.
/// </summary>
public sealed class ExportFaultTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    [Fact]
    public async Task A_stick_whose_descriptors_vanish_while_they_are_read_is_still_the_one_that_is_offered_and_is_served()
    {
        await OfferTwoAsync();
        File.Delete(Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "descriptors"));
        await _bench.NewsAsync();
        await _bench.PlugAsync("1-3", tty: "ttyACM2");
        await _bench.UntilOfferedAsync("1-3");
        Assert.Contains("1-1", _bench.Offered);
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        using (connection)
        {
            Assert.Equal(UsbIpStatus.Ok, status);
            await _bench.UntilReasonAsync(NoticeReason.InUse);
            await AssertOthersAreServedAsync();
        }
    }

    [Theory]
    [InlineData("descriptors")]
    [InlineData("idVendor")]
    [InlineData("bDeviceClass")]
    [InlineData("devnum")]
    [InlineData("speed")]
    [InlineData("bNumConfigurations")]
    [InlineData("usbip_status")]
    [InlineData("power/control")]
    [InlineData("driver")]
    public async Task Whatever_vanishes_of_a_stick_that_is_offered_everybody_is_answered_and_a_replug_mends_it(string file)
    {
        await OfferTwoAsync();
        File.Delete(Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), file));
        // Before the news of it and after.
        (Socket early, _) = await _bench.ImportAsync();
        await _bench.NewsAsync();
        (Socket late, _) = await _bench.ImportAsync();
        await AssertOthersAreServedAsync();
        await _bench.PullAsync();
        early.Dispose();
        late.Dispose();
        await _bench.UntilAsync(() => !_bench.Offered.Contains("1-1") && !_bench.Reasons.ContainsKey("1-1"), "it to be gone");
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_stick_that_goes_between_list_and_import_is_no_such_device()
    {
        await OfferTwoAsync();
        _bench.Sysfs.Pull("1-1");
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.NoSuchDevice, status);
        await AssertOthersAreServedAsync();
    }

    [Fact]
    public async Task A_stick_that_describes_more_interfaces_than_a_list_can_count_is_listed_with_those_that_fit()
    {
        string folder = _bench.Sysfs.Plug();
        byte[] device = FakeSysfs.Descriptors("0658:0200", [])[..18];
        int total = 9 + (256 * 9);
        byte[] configuration = [9, 2, (byte)total, (byte)(total >> 8), 255, 1, 0, 0x80, 50];
        IEnumerable<byte> interfaces = Enumerable.Range(0, 256).SelectMany(number => (byte[])[9, 4, (byte)number, 0, 0, 2, 2, 1, 0]);
        await File.WriteAllBytesAsync(Path.Combine(folder, "descriptors"), [.. device, .. configuration, .. interfaces], Cancellation);
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilOfferedAsync("1-2");
        Assert.Equal(byte.MaxValue, DeviceListReply.Parse(_bench.ListReply.Span, out _)[0].Interfaces.Length);
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
        await AssertOthersAreServedAsync();
    }

    [Theory]
    [InlineData("usb/unbind")]
    [InlineData("usbip-host/match_busid")]
    [InlineData("usbip-host/bind")]
    public async Task A_fault_nobody_foresaw_in_binding_a_stick_is_said_once_and_tried_again_with_pauses(string write)
    {
        int faults = 0;
        _bench.Kernel.Refuse = (attribute, text) =>
            attribute == write && text.EndsWith("1-1", StringComparison.Ordinal) && Interlocked.Increment(ref faults) < 4
                ? throw new InvalidOperationException("nobody foresaw this")
                : null;
        await OfferTwoAsync();
        Assert.Equal(4, faults);
        Assert.Single(_bench.Log.Lines, line => line.Contains("at 1-1) provoked a fault of ours", StringComparison.Ordinal));
        await AssertOthersAreServedAsync();
    }

    [Fact]
    public async Task A_fault_nobody_foresaw_in_handing_a_stick_over_is_that_clients_and_the_next_one_gets_the_stick()
    {
        await OfferTwoAsync();
        _bench.Kernel.Refuse = (attribute, _) =>
            attribute == "1-1/usbip_sockfd" ? throw new InvalidOperationException("nobody foresaw this") : null;
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.DeviceError, status);
        Assert.Empty(await ExportBench.ReadToEndAsync(connection));
        connection.Dispose();
        await AssertOthersAreServedAsync();

        _bench.Kernel.Refuse = (_, _) => null;
        await _bench.UntilOfferedAsync();
        (Socket next, UsbIpStatus good) = await _bench.ImportAsync();
        next.Dispose();
        Assert.Equal(UsbIpStatus.Ok, good);
        Assert.False(_bench.Said("at 1-1) provoked a fault of ours"));
    }

    [Fact]
    public async Task A_carrier_whose_connection_is_closed_already_is_refused()
    {
        await OfferTwoAsync();
        using var carrier = new PlayedCarrier();
        carrier.KernelEnd.Dispose();
        Assert.Equal(UsbIpStatus.DeviceError, (await AskAsync(carrier)).Status);
        Assert.True(_bench.Said("127.0.0.1 provoked a fault of ours"));
        await AssertOthersAreServedAsync();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_session_whose_end_nobody_can_tell_is_asked_to_end_and_its_stick_is_offered_again_once_it_is_free()
    {
        await OfferTwoAsync();
        using var carrier = new PlayedCarrier();
        Assert.Equal(UsbIpStatus.Ok, (await AskAsync(carrier)).Status);
        carrier.Fail(new InvalidOperationException("nobody foresaw this"));
        await _bench.UntilAsync(() => carrier.WasAskedToEnd, "the session to be asked to end");
        await AssertOthersAreServedAsync();
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task A_session_whose_connection_cannot_be_watched_is_ended_and_the_process_goes_on()
    {
        await OfferTwoAsync();
        _bench.LoseDescriptorEvents();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        Assert.Equal(UsbIpStatus.Ok, status);
        Assert.Empty(await ExportBench.ReadToEndAsync(connection));
        connection.Dispose();
        await _bench.UntilOfferedAsync();
        Assert.Contains("1-2", _bench.Offered);
        Assert.True(_bench.Said("127.0.0.1 provoked a fault of ours"));
    }

    [Theory]
    [InlineData("the client leaves")]
    [InlineData("the stick is replugged")]
    [InlineData("the client is no longer allowed")]
    [InlineData("the stop")]
    public async Task Our_copy_of_the_connection_is_closed_at_the_sessions_end(string how)
    {
        await OfferTwoAsync();
        (Socket connection, _) = await _bench.ImportAsync();
        (_, string number) = _bench.Kernel.Writes.Last(write => write.Path.EndsWith("sockfd", StringComparison.Ordinal));
        string descriptor = "/proc/self/fd/" + number;
        string? socket = new FileInfo(descriptor).LinkTarget;
        Assert.StartsWith("socket:", socket, StringComparison.Ordinal);
        await _bench.UntilReasonAsync(NoticeReason.InUse);
        switch (how)
        {
            case "the client leaves":
                connection.Dispose();
                break;
            case "the stick is replugged":
                _bench.Sysfs.Pull("1-1");
                await _bench.PlugAsync();
                await _bench.UntilOfferedAsync();
                await _bench.StopAsync();
                break;
            case "the client is no longer allowed":
                await _bench.ChangeAsync(_bench.Options with { Stock = _bench.Options.Stock with { Allow = ["192.0.2.1"] } });
                break;
            default:
                await _bench.StopAsync();
                break;
        }
        await _bench.UntilAsync(() => new FileInfo(descriptor).LinkTarget != socket, "the socket to be closed");
        connection.Dispose();
    }

    [Fact]
    public async Task A_fault_of_the_reconcilers_own_gives_the_sticks_back_at_once_and_is_what_ends_the_service()
    {
        await OfferTwoAsync();
        (Socket connection, _) = await _bench.ImportAsync();
        await _bench.Reconciler.PostAsync(new ExportMessage.OptionsChanged(null!), Cancellation);
        // Nobody asks it to stop: that its session still waits must not keep it.
        await _bench.UntilAsync(
            () => _bench.Kernel.Lines.Contains("usb/bind 1-1") && _bench.Kernel.Lines.Contains("usb/bind 1-2"),
            "the sticks to be given back");
        await Assert.ThrowsAsync<NullReferenceException>(_bench.StopAsync);
        connection.Dispose();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task OfferTwoAsync()
    {
        _bench.Sysfs.Plug();
        _bench.Sysfs.Plug("1-2", tty: "ttyACM1");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        await _bench.UntilOfferedAsync("1-2");
    }

    private async Task AssertOthersAreServedAsync()
    {
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync("1-2");
        connection.Dispose();
        Assert.Equal(UsbIpStatus.Ok, status);
        _bench.Kernel.SetStatus("1-2", 1);
        await _bench.UntilOfferedAsync("1-2");
    }

    private async Task<ImportAnswer> AskAsync(PlayedCarrier carrier)
    {
        var import = new PendingImport(BusId.Parse("1-1"), carrier);
        await _bench.Reconciler.PostAsync(new ExportMessage.ImportAsked(import), Cancellation);
        return await import.Answer.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }
}
