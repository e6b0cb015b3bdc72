using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>A whole attempt, over a real connection, that finds no port.</summary>
public sealed class PortsTakenTests : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly FakeSysfs _sysfs = new();
    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(100);

    [Fact]
    public async Task With_every_port_taken_the_outcome_says_by_whom_and_what_to_do()
    {
        var vhci = new FakeVhci(_sysfs);
        for (int port = 0; port < 7; port++) vhci.Plug(port);
        var kernel = new AttachKernel(_sysfs.Root, vhci.Host);
        Assert.Equal(7, kernel.Leases.Take(UsbSpeed.Full, null, [], new HashSet<int>())?.Number);
        vhci.Plug(7);

        Assert.Equal(
            "attaching: all 8 vhci ports for this speed are taken, 7 of them by others than Longwire: "
            + "detach what is not needed (usbip port; usbip detach -p N), or load vhci-hcd with more",
            await FailureAsync(kernel));
        Assert.Empty(vhci.Writes);
    }

    [Theory]
    [InlineData(Errno.InvalidArgument, "the kernel's vhci_hcd does not take a stick of this speed (2), or the connection to the Pi ended")]
    [InlineData(Errno.TryAgain, "the kernel's vhci_hcd is not ready yet")]
    [InlineData(Errno.NoMemory, "the kernel is out of memory")]
    [InlineData(Errno.NoDevice, "the kernel has no vhci_hcd: load the module vhci-hcd")]
    [InlineData(Errno.AccessDenied, "the kernel does not let Longwire use vhci_hcd: run it as root with a writable /sys")]
    [InlineData(Errno.ReadOnlyFileSystem, "the kernel does not let Longwire use vhci_hcd: run it as root with a writable /sys")]
    [InlineData(Errno.InputOutput, "the kernel's vhci_hcd refused the stick")]
    public async Task What_the_kernel_says_against_a_stick_has_its_sentence_and_its_symbol(int error, string sentence)
    {
        var vhci = new FakeVhci(_sysfs) { Refuse = (name, _) => name == "attach" ? error : null };
        string reason = await FailureAsync(new AttachKernel(_sysfs.Root, vhci.Host));
        Assert.StartsWith("attaching: " + sentence, reason, StringComparison.Ordinal);
        Assert.Contains(Errno.Name(error), reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_module_the_outcome_names_it() =>
        Assert.Equal(
            "attaching: the kernel has no vhci_hcd: load the module vhci-hcd (modprobe vhci-hcd)",
            await FailureAsync(new AttachKernel(_sysfs.Root)));

    [Fact]
    public async Task Without_the_module_a_known_radio_is_not_imported_again_and_again_since_each_time_resets_the_stick()
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(_ => throw new InvalidOperationException("It was imported."));
        AttachEvent only = await FirstEventAsync(new AttachKernel(_sysfs.Root), usbipd, isKnown: true, _ => Task.CompletedTask);
        Assert.IsType<AttachOutcome.Failed>(Assert.IsType<AttachEvent.Ended>(only).Outcome);
    }

    public void Dispose() => _sysfs.Dispose();

    private async Task<string> FailureAsync(AttachKernel kernel)
    {
        var stick = new ScriptedStick();
        await using FakeUsbipd usbipd = FakeUsbipd.Start(client => stick.ServeAsync(client));
        AttachOutcome? outcome = null;
        AttachEvent first = await FirstEventAsync(kernel, usbipd, isKnown: false, async first =>
        {
            Assert.IsType<AttachEvent.Identified>(first).Answer.SetResult(
                new AttachDecision.Attach("r", SerialPorts: 1, LastPort: null, OthersPorts: []));
            AttachEvent next = await NextAsync();
            for (; next is AttachEvent.Recorded recorded; next = await NextAsync()) recorded.Remembered.SetResult();
            outcome = Assert.IsType<AttachEvent.Ended>(next).Outcome;
        });
        Assert.IsType<AttachEvent.Identified>(first);
        return Assert.IsType<AttachOutcome.Failed>(outcome).Reason;
    }

    private async Task<AttachEvent> FirstEventAsync(AttachKernel kernel, FakeUsbipd usbipd, bool isKnown, Func<AttachEvent, Task> goOn)
    {
        await using var hubs = new HubAuthorization(kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        var store = new MemoryStore(new MemoryFile(_sysfs.Folder), TimeProvider.System, NullLogger.Instance, _ => { });
        var around = new AttachmentContext(kernel, hubs, TimeProvider.System, NullLogger.Instance);
        using var attachment = new Attachment(
            new AttachRequest(
                AttachBench.Pi("attic") with { EndPoint = usbipd.EndPoint }, ScriptedStick.Exported.BusId, LastCarrier: default, isKnown),
            around,
            _events.Writer,
            store,
            new StockCarrierOpener(TimeProvider.System));
        Task running = attachment.RunAsync();
        AttachEvent first = await NextAsync();
        await goOn(first);
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        return first;
    }

    private Task<AttachEvent> NextAsync() =>
        _events.Reader.ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(s_deadline, TestContext.Current.CancellationToken);
}
