using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>What one attachment tells the reconciler, and waits for to be remembered. Each is done when there is room for it.</summary>
internal sealed class AttachmentReports(IAttachment attachment, ChannelWriter<AttachEvent> events, MemoryStore memory)
{
    /// <returns>What the reconciler decides about the stick.</returns>
    public async Task<AttachDecision> IdentifiedAsync(ICarrier carrier, DeviceIdentity identity, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<AttachDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        await TellAsync(new AttachEvent.Identified(attachment, carrier.Device, identity, carrier.Memory, answer));
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Done when the memory knows it; whether it is on the disk, <see cref="WhenRememberedAsync"/> tells.</summary>
    public async Task RecordedAsync(AttachRecord record)
    {
        var remembered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await TellAsync(new AttachEvent.Recorded(attachment, record, remembered));
        await remembered.Task;
    }

    public Task WhenRememberedAsync(CancellationToken cancellation) => memory.WhenSettledAsync(cancellation);

    public ValueTask KernelReadAsync(DeviceIdentity identity) => TellAsync(new AttachEvent.KernelRead(attachment, identity));

    public ValueTask SerialPathsFoundAsync(SerialPaths found) =>
        TellAsync(new AttachEvent.SerialPathsFound(attachment, found.Paths) { Provisional = found.Provisional, Shared = found.Shared });

    public ValueTask CameUpAsync(int ttyCount) => TellAsync(new AttachEvent.CameUp(attachment, ttyCount));

    public ValueTask MeasuredAsync(CarrierFigures figures, bool isShortOfUrbs) =>
        TellAsync(new AttachEvent.Measured(attachment, figures.RoundTrip, isShortOfUrbs) { Urbs = figures.Urbs });

    /// <inheritdoc cref="AttachEvent.HoldChanged" path="/param"/>
    public ValueTask HoldChangedAsync(CarrierHold? hold, ICarrier carrier, int reseats) =>
        TellAsync(new AttachEvent.HoldChanged(attachment, hold, carrier.Memory, reseats) { Device = carrier.DeviceNow });

    public ValueTask WentDownAsync(AttachOutcome.Lost loss) => TellAsync(new AttachEvent.WentDown(attachment, loss));

    public ValueTask EndedAsync(AttachOutcome outcome) => TellAsync(new AttachEvent.Ended(attachment, outcome));

    private ValueTask TellAsync(AttachEvent what) => events.WriteAsync(what, CancellationToken.None);
}
