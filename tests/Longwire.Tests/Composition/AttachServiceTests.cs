using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Options;
using Longwire.State;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.Tests.Attach;
using Longwire.Tests.Attach.Ports;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>How the attach side ends, whatever ends it: over a real connection to a Pi that has taken an import and says no more.</summary>
public sealed class AttachServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly FakeTimeProvider _time = new();
    private readonly StateFeed _feed = new();
    private readonly RecordingLogger<AttachService> _log = new();
    private readonly FakeUsbipd _pi;
    private readonly TaskCompletionSource _importing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Uevent> _uevents = Channel.CreateBounded<Uevent>(10);
    private readonly AttachKernel _kernel;
    private readonly AttachService _service;
    private Exception? _optionsFault;

    public AttachServiceTests()
    {
        _vhci = new FakeVhci(_sysfs);
        _pi = FakeUsbipd.Start(ServeAsync);
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host)
        {
            LoadModulesAsync = (_, _) => Task.FromResult(ImmutableArray<KernelModuleOutcome>.Empty),
            ReadUeventsAsync = _uevents.Reader.ReadAllAsync,
        };
        AttachOptions options = AttachBench.Wishes([AttachBench.Pi("attic") with { EndPoint = _pi.EndPoint }]);
        _service = new AttachService(new Feed(options, () => _optionsFault), _kernel, _sysfs.Folder, _feed, _time, new Random(1), _log);
        new MemoryFile(_sysfs.Folder).Save(
            new AttachMemory { InstanceId = "test", Radios = [AttachBench.Known(Lives.Radio, "ZW0001", port: "1.4")] });
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        await _pi.DisposeAsync();
        _sysfs.Dispose();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task A_fault_of_the_reconciler_ends_the_attachments_and_puts_back_what_was_found()
    {
        await RunUntilImportingAsync();
        Assert.Equal("0", AuthorizedDefault);

        // A command that no one sends: it stands for the fault that nobody foresaw.
        await _service.SendAsync(new RadioCommand.SetWanted(null!, Wanted: true), Stop);

        Assert.IsType<ArgumentNullException>(await EndAsync());
        await AllHasEndedAsync();
    }

    [Fact]
    public async Task A_fault_of_the_kernels_news_ends_the_same_way()
    {
        await RunUntilImportingAsync();
        _uevents.Writer.Complete(new IOException("netlink is gone"));
        Assert.Equal("netlink is gone", (await EndAsync()).Message);
        await AllHasEndedAsync();
    }

    [Fact]
    public async Task A_fault_of_the_options_ends_the_same_way()
    {
        _optionsFault = new InvalidOperationException("no more options");
        await _service.StartAsync(Stop);
        Assert.Equal("no more options", (await EndAsync()).Message);
        Assert.Equal("1", AuthorizedDefault);
    }

    [Fact]
    public async Task Told_to_stop_it_ends_the_same_way_and_without_a_fault()
    {
        await RunUntilImportingAsync();
        await _service.StopAsync(Stop).WaitAsync(s_patience, Stop);
        Assert.True(_service.ExecuteTask!.IsCompletedSuccessfully);
        await AllHasEndedAsync();
    }

    [Fact]
    public async Task What_could_not_be_put_back_at_the_stop_is_in_the_memory_of_the_next_start()
    {
        _log.Expect("authorized_default of usb3 could not be restored");
        await RunUntilImportingAsync();
        HubManners.Break(_vhci.HubFolder(3), "cannot be read");
        await _service.StopAsync(Stop).WaitAsync(s_patience, Stop);
        KeyValuePair<string, int> left = Assert.Single(new MemoryFile(_sysfs.Folder).Load(out _)!.HubAuthorization!.Found);
        Assert.Equal(("usb3", 1), (left.Key, left.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_kernel_still_holds_at_the_end_is_left_and_told_whatever_ended_it(bool fault)
    {
        _log.Expect("did not end in time");
        await RunUntilImportingAsync();
        using var lets = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        Task call = _kernel.Calls.RunAsync(() => lets.Wait(), gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Task stopping = fault
            ? _service.SendAsync(new RadioCommand.SetWanted(null!, Wanted: true), Stop).AsTask()
            : _service.StopAsync(Stop);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return _service.ExecuteTask!.IsCompleted;
            },
            () => "the end");
        await stopping;
        Assert.Equal(fault, _service.ExecuteTask!.IsFaulted);
        Assert.True(_service.HasLeftWork);
        lets.Set();
        await _kernel.Calls.WhenReturnedAsync();
    }

    [Theory]
    [InlineData("zz  0031 004 000 00000000 000000 0-0")]
    [InlineData("hs  0031 what is this")]
    public async Task An_unknown_line_in_vhcis_table_is_named_once_and_ends_nothing(string line)
    {
        _log.Expect("is not understood");
        await File.AppendAllTextAsync(_vhci.Attribute("status"), line + "\n", Stop);
        await RunUntilImportingAsync();
        await _uevents.Writer.WriteAsync(Uevent.Overrun, Stop);
        await _uevents.Writer.WriteAsync(Uevent.Overrun, Stop);
        await _service.StopAsync(Stop).WaitAsync(s_patience, Stop);
        Assert.True(_service.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Single(_log.Lines, text => text.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sysfs_folder_that_vanishes_under_the_kernels_news_ends_nothing()
    {
        await RunUntilImportingAsync();
        Directory.Delete(Path.Combine(_sysfs.Root.Sys, FakeVhci.Controller()), recursive: true);
        await _uevents.Writer.WriteAsync(Uevent.Overrun, Stop);
        await _service.StopAsync(Stop).WaitAsync(s_patience, Stop);
        Assert.True(_service.ExecuteTask!.IsCompletedSuccessfully);
    }

    private string AuthorizedDefault => File.ReadAllText(Path.Combine(_vhci.HubFolder(3), "authorized_default")).Trim();

    private async Task RunUntilImportingAsync()
    {
        await _service.StartAsync(Stop);
        await _importing.Task.WaitAsync(s_patience, Stop);
    }

    private async Task<Exception> EndAsync() =>
        (await Record.ExceptionAsync(() => _service.ExecuteTask!.WaitAsync(s_patience, Stop)))!;

    private async Task AllHasEndedAsync()
    {
        // The Pi sees the end of the connection only if the attachment has closed it.
        await _hungUp.Task.WaitAsync(s_patience, Stop);
        Assert.False(_service.HasLeftWork);
        Assert.Equal("1", AuthorizedDefault);
        RadioSnapshot radio = Assert.Single(_feed.Current.Radios);
        Assert.True(radio.Stopped);
        Assert.Null(new MemoryFile(_sysfs.Folder).Load(out _)!.HubAuthorization);
    }

    private async Task ServeAsync(FakeClient client)
    {
        byte[] request = await client.ReceiveAsync(OpCommon.Size);
        if (request.Length < OpCommon.Size) return;
        if (OpCommon.Parse(request).Code == OpCode.RequestDeviceList)
        {
            await client.SendAsync(DeviceListReply.Encode([ScriptedStick.Exported]));
            return;
        }
        await client.ReceiveAsync(ImportRequest.Size - OpCommon.Size);
        _importing.TrySetResult();
        Assert.Empty(await client.ReceiveAsync(1));
        _hungUp.TrySetResult();
    }

    private sealed class Feed(AttachOptions options, Func<Exception?> fault) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new LoadedOptions<AttachOptions>(options, []);
            if (fault() is { } thrown) throw thrown;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
