using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// The OUTs that the host has given us and that the far side has not got: how many, how old, and when the host has its answer. What is
/// dropped is dropped in whole groups.
/// </summary>
internal sealed class HeldOuts(ProxyState state)
{
    // What the line of each endpoint has still to "send": answers come after that.
    private readonly TimeSpan[] _lineBusyUntil = new TimeSpan[UrbHeader.MaxEp + 1];

    /// <summary>Takes an OUT while the far side is away.</summary>
    public void Hold(Urb urb, TimeSpan now)
    {
        int rate = state.Options.HeldBytesPerSecond;
        if (rate <= 0)
        {
            state.RetSubmitHere(urb, UrbStatus.Success);
        }
        else
        {
            ref TimeSpan busyUntil = ref _lineBusyUntil[urb.Ep];
            TimeSpan latest = now + state.Options.LongestHeldAnswer;
            busyUntil = (busyUntil > now ? busyUntil : now) + (TimeSpan.FromSeconds(1) * urb.Length / rate);
            // Else a burst would delay those after it, too.
            if (busyUntil > latest) busyUntil = latest;
            urb.Due = busyUntil;
        }
        Bound();
    }

    /// <summary>The earliest answer that waits; null: none.</summary>
    public TimeSpan? NextDue()
    {
        TimeSpan? next = null;
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Due is { } due && (next is null || due < next)) next = due;
        }
        return next;
    }

    public void AnswerDue(TimeSpan now)
    {
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.Due <= now) state.RetSubmitHere(urb, UrbStatus.Success);
        }
    }

    /// <summary>Drops the oldest groups until the rest is within its bounds.</summary>
    public void Bound()
    {
        while (true)
        {
            (int count, long bytes) = (0, 0);
            Urb? oldest = null;
            for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
            {
                if (!IsHeld(urb)) continue;
                oldest ??= urb;
                (count, bytes) = (count + 1, bytes + urb.Length);
            }
            // Half of the table stays free for the rest of what the stick's drivers do.
            if (oldest is null || (bytes <= state.Options.HeldBytes && count <= state.Options.MaxUrbs / 2)) return;
            long before = state.Counters.OutsStale;
            DropGroup(oldest.Ep, oldest.GroupStart);
            state.Counters.OutsForRoom += state.Counters.OutsStale - before;
        }
    }

    /// <summary>Drops what is too old to be delivered.</summary>
    /// <param name="now">By the clock to which ages are compared: with the time for which ours stood still.</param>
    public void DropStale(TimeSpan now)
    {
        // A group's OUTs need not be neighbours, so each walk ends with the group that it drops.
        bool dropped;
        do
        {
            dropped = false;
            for (Urb? urb = state.Table.First; urb is not null && !dropped; urb = urb.Next)
            {
                if (!IsHeld(urb) || now - urb.GroupStart <= StaleAfter(urb.Ep)) continue;
                DropGroup(urb.Ep, urb.GroupStart);
                dropped = true;
            }
        }
        while (dropped);
    }

    /// <summary>An OUT whose group was dropped before it came.</summary>
    public void DropLate(Urb urb) => Drop(urb, OutEnd.Stale);

    /// <summary>The port was closed: nothing that waits for it is delivered.</summary>
    public void Close(uint ep)
    {
        for (Urb? urb = state.Table.First, next; urb is not null; urb = next)
        {
            next = urb.Next;
            if (!urb.IsDataOut || urb.Ep != ep) continue;
            if (urb.Sent) urb.Abandoned = true;
            else Drop(urb, OutEnd.Closed);
        }
    }

    private void DropGroup(uint ep, TimeSpan start)
    {
        state.Groups.Drop(ep, start);
        for (Urb? urb = state.Table.First, next; urb is not null; urb = next)
        {
            next = urb.Next;
            if (IsHeld(urb) && urb.Ep == ep && urb.GroupStart == start) Drop(urb, OutEnd.Stale);
        }
    }

    private void Drop(Urb urb, OutEnd end)
    {
        // No status reaches write(), and with an error some drivers log a line for each URB and others stop.
        if (!urb.Answered) state.RetSubmitHere(urb, UrbStatus.Success);
        state.End(urb, end);
        state.Table.Remove(urb);
    }

    private TimeSpan StaleAfter(uint ep)
    {
        foreach (SerialPort port in state.Options.Ports)
        {
            if (port.OutEndpoint == ep) return port.Stale ?? state.Options.Stale;
        }
        return state.Options.Stale;
    }

    private static bool IsHeld(Urb urb) => urb is { IsDataOut: true, Sent: false };
}
