using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// Whether a serial port was closed while it is held: then nobody wants what was written to it. A driver takes all its INs back at
/// close(). It also does that when it suspends the stick, so DTR must be down too, or the port stay without an IN.
/// </summary>
internal sealed class PortWatch(ProxyState state, HeldOuts held)
{
    private readonly Port[] _ports = [.. state.Options.Ports.Select(port => new Port(port))];

    /// <summary>The far side is away from now on.</summary>
    public void Held(TimeSpan now)
    {
        foreach (Port port in _ports) port.IdleSince = HasIn(port) ? null : now;
    }

    public void Resumed()
    {
        foreach (Port port in _ports) port.IdleSince = null;
    }

    /// <summary>An IN was submitted: the port is open.</summary>
    public void Opened(uint ep)
    {
        foreach (Port port in _ports)
        {
            if (port.Is.InEndpoint == ep) port.IdleSince = null;
        }
    }

    /// <summary>
    /// An OUT was submitted: nobody can do that to a closed port. It may have no IN because its consumer does not read.
    /// </summary>
    public void Wrote(uint ep, TimeSpan now)
    {
        foreach (Port port in _ports)
        {
            if (port.Is.OutEndpoint == ep && port.IdleSince is not null) port.IdleSince = now;
        }
    }

    /// <summary>An IN was given up.</summary>
    public void GaveUp(uint ep, TimeSpan now)
    {
        foreach (Port port in _ports)
        {
            if (state.IsUp || port.Is.InEndpoint != ep || HasIn(port)) continue;
            port.IdleSince ??= now;
            if (port.DtrIsDown) held.Close(port.Is.OutEndpoint);
        }
    }

    /// <summary>A control OUT, which may set DTR.</summary>
    public void Requested(ReadOnlySpan<byte> setup, TimeSpan now)
    {
        if (!ControlRequests.TryReadDtr(setup, state.Options.Chip, out ushort index, out bool up)) return;
        foreach (Port port in _ports)
        {
            if (port.Is.LineIndex != index) continue;
            port.DtrIsDown = !up;
            if (!up && port.IdleSince <= now) held.Close(port.Is.OutEndpoint);
        }
    }

    public void Tick(TimeSpan now)
    {
        foreach (Port port in _ports)
        {
            if (port.IdleSince + state.Options.ClosedAfter <= now) held.Close(port.Is.OutEndpoint);
        }
    }

    /// <summary>When a port that has no IN, and something to lose, is to be judged; null: none.</summary>
    public TimeSpan? NextDue()
    {
        TimeSpan? next = null;
        foreach (Port port in _ports)
        {
            if (port.IdleSince + state.Options.ClosedAfter is { } due && HasOut(port) && (next is null || due < next)) next = due;
        }
        return next;
    }

    /// <summary>Some port has an IN.</summary>
    public bool AreRead
    {
        get
        {
            foreach (Port port in _ports)
            {
                if (HasIn(port)) return true;
            }
            return false;
        }
    }

    private bool HasIn(Port port)
    {
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb.IsDataIn && !urb.Parked && urb.Ep == port.Is.InEndpoint) return true;
        }
        return false;
    }

    private bool HasOut(Port port)
    {
        for (Urb? urb = state.Table.First; urb is not null; urb = urb.Next)
        {
            if (urb is { IsDataOut: true, Abandoned: false } && urb.Ep == port.Is.OutEndpoint) return true;
        }
        return false;
    }

    private sealed class Port(SerialPort port)
    {
        public SerialPort Is { get; } = port;

        public bool DtrIsDown { get; set; }

        /// <summary>While held: since when it has no IN.</summary>
        public TimeSpan? IdleSince { get; set; }
    }
}
