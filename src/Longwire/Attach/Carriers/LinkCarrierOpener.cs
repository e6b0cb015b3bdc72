using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
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
        var gate = new Lock();
        IPiLink link = links(request.Pi.Id);
        IDisposable? attention = link.Attend();
        try
        {
#pragma warning disable CA2000 // It is the carrier's, which is the caller's.
            IFarSession first = await OpenAsync(
                request, gate, (hello, stop) => link.ConnectAsync(hello, AttachTimers.Attach, stop), step, cancellationToken);
#pragma warning restore CA2000
            // A person has asked once for it to be taken over, and not again for the next session.
            AttachRequest again = request with { TakeOver = false };
            var reseat = new Reseat(
                (at, _, giveUp) => OpenAsync(again with { BusId = at }, gate, AgainAsync, static _ => { }, giveUp),
                request.Replug,
                SessionEndText.Of(EndReason.SubjectGone),
                time);
            var options = new UrbProxyOptions { Stale = request.Stale };
            var carrier = new HeldCarrier(first, gate, reseat, request.Hold, options, time) { Attention = attention };
            attention = null;
            return carrier;
        }
        finally
        {
            attention?.Dispose();
        }

        Task<PiConnection> AgainAsync(Func<Hello> hello, CancellationToken giveUp) =>
            links(request.Pi.Id).ReconnectAsync(hello, LinkTimers.Verdict, giveUp);
    }

    private async Task<IFarSession> OpenAsync(
        AttachRequest request, Lock gate, Func<Func<Hello>, CancellationToken, Task<PiConnection>> connect, Action<string> step,
        CancellationToken cancellationToken)
    {
        IPiLink link = links(request.Pi.Id);
        LinkClock clock = LinkClock.StartingNow(time, timers);
        var session = new LinkSession(SessionId.Create(), LinkWindow.Default, UrbHeader.Size + UrbFraming.MaxTransfer);
        Hello hello = link.Own.Hello with { Subject = request.BusId.ToString(), Hold = request.Hold };
        LinkFarSession? far = null;
        step("connecting");
        try
        {
            PiConnection first = await connect(
                () =>
                {
                    step("importing");
                    // Said once: a session that stands has nothing to take any more.
                    lock (gate) return session.Connect(hello with { TakeOver = request.TakeOver });
                },
                cancellationToken);
            var reconnect = new SessionReconnect(link, hello, request.Hold, clock);
#pragma warning disable CA2000 // It becomes the caller's, or is disposed below.
            far = new LinkFarSession(session, gate, reconnect, clock);
#pragma warning restore CA2000
            await far.BeginAsync(first, cancellationToken);
            LinkFarSession opened = far;
            far = null;
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
            if (far is not null) await far.DisposeAsync();
        }
    }

    private static AttachOutcome OutcomeOf(Refusal no, bool takeOver) => no.Reason switch
    {
        // No taking over helps, and a person who has asked for it is to know.
        RefusalReason.Superseded when takeOver => new AttachOutcome.Failed(LinkRefusalText.Of(no.Reason, no.Version)),
        RefusalReason.InUse or RefusalReason.Superseded => new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy),
        RefusalReason.UnknownSubject => new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice),
        // Of a new session: an earlier hello of it was heard, and what came of that has ended.
        RefusalReason.NotReady or RefusalReason.Stopping or RefusalReason.UnknownSession =>
            new AttachOutcome.NotGiven(UsbIpStatus.DeviceError),
        _ => new AttachOutcome.Failed(LinkRefusalText.Of(no.Reason, no.Version)) { IsVerdict = true },
    };
}
