using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>How an attempt ends, by what its carrier does.</summary>
public sealed class AttachmentTests : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly FakeSysfs _sysfs = new();
    private readonly SteppedClock _clock = new();
    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(10);
    private readonly HubAuthorization _hubs;
    private readonly AttachmentContext _around;
    private readonly MemoryStore _store;

    public AttachmentTests()
    {
        var kernel = new AttachKernel(_sysfs.Root);
        _hubs = new HubAuthorization(kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        _store = new MemoryStore(new MemoryFile(_sysfs.Folder), _clock, NullLogger.Instance, _ => { });
        _around = new AttachmentContext(kernel, _hubs, _clock, NullLogger.Instance);
    }

    [Fact]
    public async Task What_the_carrier_says_of_its_failure_is_the_outcome()
    {
        var busy = new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy);
        Assert.Equal(busy, await OutcomeAsync(_ => throw new CarrierException(busy, new IOException("no"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_other_failure_names_the_step_whether_it_was_foreseen_or_not(bool foreseen) =>
        Assert.Equal(
            new AttachOutcome.Failed("importing: cut short"),
            await OutcomeAsync(step =>
            {
                step("importing");
                throw foreseen ? new IOException("cut short") : new ArgumentException("cut short");
            }));

    [Fact]
    public async Task A_carrier_that_takes_too_long_fails_the_step_that_it_was_at()
    {
        Task<AttachOutcome> outcome = OutcomeAsync(
            step =>
            {
                step("importing");
                return null;
            });
        await _clock.ExpireAsync(AttachTimers.Attach);
        Assert.Equal(new AttachOutcome.Failed("importing: not done within 10 s"), await outcome);
    }

    [Fact]
    public async Task A_cancelled_attempt_is_cancelled_whatever_its_carrier_was_at() =>
        Assert.Equal(
            new AttachOutcome.Cancelled(), await OutcomeAsync(_ => null, attachment => attachment.Cancel()));

    [Fact]
    public async Task A_speed_that_no_stick_has_is_refused_before_the_stick_is_asked() =>
        Assert.Equal(
            new AttachOutcome.Failed("the Pi gives its speed as 9, which no stick has"),
            await OutcomeAsync(_ => new ScriptedCarrier { Device = ScriptedStick.Exported with { Speed = (UsbSpeed)9 } }));

    [Fact]
    public async Task A_stick_that_is_to_be_asked_again_fails_with_the_reason()
    {
        await using var carrier = new ScriptedCarrier { Identity = AttachBench.IdentityOf() with { Unread = DeviceTexts.Serial } };
        using var attachment = new Attachment(
            new AttachRequest(AttachBench.Pi("attic"), BusId.Parse("1-1.4"), LastCarrier: default, IsKnown: false),
            _around,
            _events.Writer,
            _store,
            new ScriptedOpener(_ => carrier));
        Task running = attachment.RunAsync();
        var asked = Assert.IsType<AttachEvent.Identified>(await _events.Reader.ReadAsync(TestContext.Current.CancellationToken));
        asked.Answer.SetResult(new AttachDecision.AskAgain("its serial number could not be read"));
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        var ended = Assert.IsType<AttachEvent.Ended>(await _events.Reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new AttachOutcome.Failed("its serial number could not be read"), ended.Outcome);
    }

    public async ValueTask DisposeAsync()
    {
        await _hubs.DisposeAsync();
        _sysfs.Dispose();
    }

    // A carrier that is null never comes.
    private async Task<AttachOutcome> OutcomeAsync(Func<Action<string>, ICarrier?> open, Action<Attachment>? meanwhile = null)
    {
        using var attachment = new Attachment(
            new AttachRequest(AttachBench.Pi("attic"), BusId.Parse("1-1.4"), LastCarrier: default, IsKnown: false),
            _around,
            _events.Writer,
            _store,
            new ScriptedOpener(open));
        Task running = attachment.RunAsync();
        meanwhile?.Invoke(attachment);
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        AttachEvent only = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken);
        return Assert.IsType<AttachEvent.Ended>(only).Outcome;
    }

    private sealed class ScriptedOpener(Func<Action<string>, ICarrier?> open) : ICarrierOpener
    {
        public async Task<ICarrier> OpenAsync(AttachRequest request, Action<string> step, CancellationToken cancellationToken)
        {
            if (open(step) is { } carrier) return carrier;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It waited for ever.");
        }
    }
}
