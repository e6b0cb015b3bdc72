using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Session;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>Opens a session with a Longwire to which we are paired.</summary>
/// <param name="links">The way to a Pi, by its id.</param>
/// <param name="timers">See <see cref="LinkClock"/>.</param>
internal sealed class LinkCarrierOpener(Func<string, IPiLink> links, TimeProvider time, TimeProvider timers) : ICarrierOpener
{
    public async Task<ICarrier> OpenAsync(AttachRequest request, Action<string> step, CancellationToken cancellationToken)
    {
        IPiLink link = links(request.Pi.Id);
        LinkClock clock = LinkClock.StartingNow(time, timers);
        var session = new LinkSession(SessionId.Create(), LinkWindow.Default, UrbHeader.Size + UrbFraming.MaxTransfer);
        Hello hello = link.Own.Hello with { Subject = request.BusId.ToString(), Hold = request.Hold };
        var gate = new Lock();
        LinkCarrier? carrier = null;
        IDisposable? attention = link.Attend();
        step("connecting");
        try
        {
            PiConnection first = await link.ConnectAsync(
                () =>
                {
                    step("importing");
                    // Said once: a session that stands has nothing to take any more.
                    lock (gate) return session.Connect(hello with { TakeOver = request.TakeOver });
                },
                AttachTimers.Attach,
                cancellationToken);
            var reconnect = new SessionReconnect(link, hello, request.Hold, clock);
#pragma warning disable CA2000 // It becomes the caller's, or is disposed below.
            carrier = new LinkCarrier(
                session, gate, reconnect, request.Replug, new UrbProxyOptions { Stale = request.Stale }, clock, attention);
#pragma warning restore CA2000
            attention = null;
            await carrier.BeginAsync(first, cancellationToken);
            LinkCarrier opened = carrier;
            carrier = null;
            return opened;
        }
        catch (LinkRefusedException e)
        {
            throw new CarrierException(OutcomeOf(e.Refusal, request.TakeOver), e);
        }
        catch (LinkException e)
        {
            throw new CarrierException(new AttachOutcome.Unreachable(e.Message), e);
        }
        finally
        {
            if (carrier is not null) await carrier.DisposeAsync();
            attention?.Dispose();
        }
    }

    private static AttachOutcome OutcomeOf(Refusal no, bool takeOver) => no.Reason switch
    {
        // No taking over helps, and a person who has asked for it is to know.
        RefusalReason.Superseded when takeOver => new AttachOutcome.Failed(LinkRefusalText.Of(no.Reason, no.Version)),
        RefusalReason.InUse or RefusalReason.Superseded => new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy),
        RefusalReason.UnknownSubject => new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice),
        RefusalReason.NotReady or RefusalReason.Stopping => new AttachOutcome.NotGiven(UsbIpStatus.DeviceError),
        _ => new AttachOutcome.Failed(LinkRefusalText.Of(no.Reason, no.Version)),
    };
}
