using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Platform;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Carriers;

/// <summary>
/// One attempt, in the order that keeps a bad peer away from the kernel and a bad device away from drivers: import and ask the stick who it
/// is; let the reconciler decide; put it on a port; compare what the kernel read with what was asked; let drivers bind; wait for the ttys;
/// then watch it until it is lost. Whatever happens, the port is freed at the end.
/// </summary>
internal sealed class Attachment : IAttachment, IDisposable
{
    private readonly AttachRequest _request;
    private readonly AttachmentContext _around;
    private readonly AttachmentReports _reports;
    private readonly ICarrierOpener _carriers;
    private readonly PortNews _news;
    private readonly CancellationTokenSource _cancelled = new();
    private volatile ICarrier? _carrier;

    public Attachment(
        AttachRequest request, AttachmentContext around, ChannelWriter<AttachEvent> events, MemoryStore memory, ICarrierOpener carriers)
    {
        _request = request;
        _around = around;
        _reports = new AttachmentReports(this, events, memory);
        _carriers = carriers;
        _news = new PortNews(around.Time);
    }

    public string PiId => _request.Pi.Id;
    public BusId BusId => _request.BusId;

    public bool IsHeardSince(long moment) => _carrier?.ReadFigures().LastAck < _around.Time.GetElapsedTime(moment);

    public bool FarIsGone() => _carrier?.FarIsGone() == true;

    public void StickIsAt(BusId busId) => _carrier?.StickIsAt(busId);

    public void KernelChanged(Uevent uevent) => _news.Hear(uevent);

    // On a thread of the pool: what waits for this goes on inside Cancel, and the reconciler must not clean up ports.
    public void Cancel() => ThreadPool.UnsafeQueueUserWorkItem(
        static cancelled => cancelled.TryCancel(), _cancelled, preferLocal: false);

    public void Dispose() => _cancelled.Dispose();

    /// <summary>Ends with exactly one <see cref="AttachEvent.Ended"/>.</summary>
    public async Task RunAsync()
    {
        AttachOutcome outcome = await ConcludeAsync();
        await _reports.EndedAsync(_cancelled.IsCancellationRequested ? new AttachOutcome.Cancelled() : outcome);
    }

    private async Task<AttachOutcome> ConcludeAsync()
    {
        CancellationToken cancellation = _cancelled.Token;
        using var deadline = new CancellationTokenSource(AttachTimers.Attach, _around.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        // Every import ends with a reset of the stick, and attempts follow each other in seconds: not where none can succeed.
        if (_request.IsKnown && !_around.Kernel.Vhci.IsPresent) return new AttachOutcome.Failed($"attaching: {PortSession.NoVhci}");
        string step = "connecting";
        TimeSpan within = AttachTimers.Attach;
        try
        {
            await using ICarrier carrier = await _carriers.OpenAsync(_request, now => step = now, either.Token);
            _carrier = carrier;
            UsbSpeed speed = carrier.Device.Speed;
            if (speed is not (UsbSpeed.Low or UsbSpeed.Full or UsbSpeed.High or UsbSpeed.Super or UsbSpeed.SuperPlus))
                return new AttachOutcome.Failed($"the Pi gives its speed as {(uint)speed}, which no stick has");
            step = "asking the stick who it is";
            deadline.CancelAfter(AttachTimers.Attach);
            DeviceIdentity identity = await carrier.ReadIdentityAsync(either.Token);

            step = "waiting for a decision";
            deadline.CancelAfter(AttachTimers.Attach);
            switch (await _reports.IdentifiedAsync(carrier, identity, either.Token))
            {
                case AttachDecision.Refuse refuse: return new AttachOutcome.Refused(refuse.Reason);
                case AttachDecision.AskAgain again: return new AttachOutcome.Failed(again.Reason);
                case AttachDecision.Attach verdict:
                    step = "attaching";
                    within = AttachTimers.OnPort(carrier.ReadFigures());
                    deadline.CancelAfter(within);
                    return await new PortSession(_reports, _around, _news, carrier, identity, verdict)
                        .RunAsync(deadline, cancellation);
                default: return new AttachOutcome.LetGo();
            }
        }
        catch (CarrierException e)
        {
            return e.Outcome;
        }
        catch (TimeoutException e)
        {
            return new AttachOutcome.Failed(e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new AttachOutcome.Cancelled();
        }
        catch (OperationCanceledException)
        {
            return new AttachOutcome.Failed($"{step}: not done within {within.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return new AttachOutcome.Failed($"{step}: {e.Message}");
        }
#pragma warning disable CA1031 // What a peer can provoke and nobody foresaw must cost this radio an attempt, not all radios the service.
        catch (Exception e)
#pragma warning restore CA1031
        {
            AttachLog.Unforeseen(_around.Logger.About(PiId, BusId.ToString()), BusId.ToString(), PiId, e);
            return new AttachOutcome.Failed($"{step}: {e.Message}");
        }
    }
}
