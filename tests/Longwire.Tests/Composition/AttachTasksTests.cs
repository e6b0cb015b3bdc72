using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Options;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.Tests.Attach;
using Longwire.Tests.LinkedPis;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>What becomes of attachments and watches that nobody reads the events of any more.</summary>
public sealed class AttachTasksTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly FakeUsbipd _pi;
    private readonly AttachKernel _kernel;
    private readonly HubAuthorization _hubs;
    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(1);
    private readonly AttachTasks _tasks;

    public AttachTasksTests()
    {
        _vhci = new FakeVhci(_sysfs);
        var stick = new ScriptedStick();
        _pi = FakeUsbipd.Start(client => stick.ServeAsync(client));
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _hubs = new HubAuthorization(_kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        var store = new MemoryStore(new MemoryFile(_sysfs.Folder), TimeProvider.System, NullLogger.Instance, _ => { });
        var links = new PiLinks(
            () => throw new InvalidOperationException("nobody is paired"), ForgetfulBook.New(), TimeProvider.System, TimeProvider.System);
        var context = new AttachmentContext(_kernel, _hubs, TimeProvider.System, NullLogger.Instance);
        _tasks = new AttachTasks(context, links, _events, store);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _hubs.DisposeAsync();
        await _pi.DisposeAsync();
        _sysfs.Dispose();
    }

    [Fact]
    public async Task One_that_waits_for_a_decision_ends()
    {
        Start();
        Assert.IsType<AttachEvent.Identified>(await NextAsync());
        Assert.True(await EndAsync());
        Assert.Empty(_vhci.Writes);
    }

    [Fact]
    public async Task One_that_waits_to_be_remembered_ends_and_the_kernel_never_gets_it()
    {
        Start();
        Allow(await NextAsync());
        // Left in the channel, whose one place is then taken.
        Assert.True(await _events.Reader.WaitToReadAsync(Stop).AsTask().WaitAsync(s_patience, Stop));
        await EndAsync();
        Assert.Empty(_vhci.Writes);
    }

    [Fact]
    public async Task A_fault_that_nobody_foresaw_in_one_of_them_is_told()
    {
        _events.Writer.Complete();
        await using FakeUsbipd pi = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(DeviceListReply.Encode([]));
        });
        _tasks.Start(AttachBench.Pi("attic") with { EndPoint = pi.EndPoint });
        await Assert.ThrowsAsync<ChannelClosedException>(() => _tasks.Failed.WaitAsync(s_patience, Stop));
        await EndAsync();
    }

    [Fact]
    public async Task One_that_hangs_in_a_write_is_told_as_left()
    {
        using var kernel = new ManualResetEventSlim();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _vhci.Refuse = (_, _) =>
        {
            writing.TrySetResult();
            kernel.Wait();
            return null;
        };
        Start();
        Allow(await NextAsync());
        Assert.IsType<AttachEvent.Recorded>(await NextAsync()).Remembered.SetResult();
        await writing.Task.WaitAsync(s_patience, Stop);

        Assert.False(await _tasks.EndAsync(s_moment));
        kernel.Set();
        Assert.True(await EndAsync());
    }

    [Fact]
    public async Task A_call_that_one_left_behind_is_told_as_left_until_the_kernel_returns_from_it()
    {
        using var kernel = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        Task call = _kernel.Calls.RunAsync(() => kernel.Wait(), gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.False(await _tasks.EndAsync(s_moment));
        kernel.Set();
        Assert.True(await EndAsync());
    }

    private static void Allow(AttachEvent asked) => Assert.IsType<AttachEvent.Identified>(asked).Answer.SetResult(
        new AttachDecision.Attach("r", SerialPorts: 1, LastPort: null, OthersPorts: []));

    private void Start()
    {
        PiOptions pi = AttachBench.Pi("attic") with { EndPoint = _pi.EndPoint };
        _tasks.Start(new AttachRequest(pi, ScriptedStick.Exported.BusId, default, IsKnown: false));
    }

    private Task<bool> EndAsync() => _tasks.EndAsync(s_patience).WaitAsync(s_patience / 2, Stop);

    private Task<AttachEvent> NextAsync() => _events.Reader.ReadAsync(Stop).AsTask().WaitAsync(s_patience, Stop);
}
