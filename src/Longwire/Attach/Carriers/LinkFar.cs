using Longwire.Link.Frames;
using Longwire.Link.Session;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Carries between the proxy and a session of the link: each message of the one is one of the other. What the proxy has taken counts as
/// written to our kernel, for vhci_hcd and the proxy end together.
/// </summary>
/// <param name="now">The session's clock.</param>
internal sealed class LinkFar(UrbPump pump, LinkSession session, Func<TimeSpan> now) : IFarSender
{
    private volatile FramePump? _frames;
    private Task _catchingUp = Task.CompletedTask;
    private bool _isCatchingUp;
    private bool _isClosed;

    /// <summary>The session is over. The gate must be held: what is in the proxy's queues from here on is another session's.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Over the connection that stands now; null: there is none.</summary>
    public void CarryOver(FramePump? frames) => _frames = frames;

    /// <summary>Ends once nothing of it runs.</summary>
    public Task WhenIdleAsync()
    {
        lock (pump.Gate) return _catchingUp;
    }

    /// <summary>All that came from the Pi, in bytes.</summary>
    public long Received { get; private set; }

    public void Send()
    {
        lock (pump.Gate)
        {
            // While it is held nothing is taken out: what waits then is another's after the resumption.
            while (!_isClosed && pump.Proxy.Phase == UrbProxyPhase.Up
                && UrbFraming.CommandLength(pump.Proxy.ToFar.Waiting) is var length and > 0)
            {
                if (length > pump.Proxy.ToFar.Length || !session.TrySend(pump.Proxy.ToFar.Waiting[..length], now(), out _)) break;
                pump.Proxy.ToFar.Take(length);
            }
        }
        _frames?.Send();
    }

    /// <summary>Messages may have come, or there may be room for others.</summary>
    public void Changed()
    {
        try
        {
            lock (pump.Gate)
            {
                while (Take())
                {
                }
                if (pump.Proxy.IsHostBehind && !_isCatchingUp && !_isClosed) (_isCatchingUp, _catchingUp) = (true, CatchUpAsync());
            }
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException)
        {
            pump.Blame(e.Message);
            pump.EndHost();
        }
        pump.Send();
    }

    /// <summary>
    /// The Pi has said what it has got, and nothing was sent to it since. The rest is withdrawn: the proxy decides what of it is still
    /// worth sending. The gate must be held.
    /// </summary>
    /// <returns>Bytes of what the proxy had sent that the Pi has got.</returns>
    public long Withdraw()
    {
        long received = pump.Proxy.ToFar.Taken;
        while (session.UnsentCount > 0)
        {
            UnsentMessage unsent = session.Unsent(0);
            received -= unsent.Message.Length;
            session.Withdraw(unsent.Ticket);
        }
        return received;
    }

    private bool Take()
    {
        if (_isClosed || pump.Proxy.Phase != UrbProxyPhase.Up || pump.Proxy.IsHostBehind) return false;
        if (!session.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong number)) return false;
        if (pump.Proxy.FromFar(message.Span, pump.Now) != message.Length)
            throw new UsbIpProtocolException("a message of the link is not one message of USB/IP");
        Received += message.Length;
        session.Written(number, now());
        return true;
    }

    // vhci_hcd reads always, so this is a moment.
    private async Task CatchUpAsync()
    {
        await Task.Yield();
        if (!await pump.CatchUpAsync()) return;
        // From here on another one may be needed: vhci_hcd may be behind again with the next message.
        lock (pump.Gate) _isCatchingUp = false;
        Changed();
    }
}
