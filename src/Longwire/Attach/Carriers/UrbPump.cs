using System.Net.Sockets;
using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// vhci_hcd's side of one radio, and the proxy that knows every URB. vhci_hcd is read always, whether a Pi is there or not: no caller in
/// the kernel may wait for the network. What carries to and from the Pi stands beside it and changes.
/// </summary>
internal sealed class UrbPump : IAsyncDisposable
{
    // For a SET_CONFIGURATION and one SET_INTERFACE for each interface that a radio has.
    private const int MostStandardRequests = 32;

    private readonly Socket _host;
    private readonly TimeProvider _time;
    private readonly QueueSender _toHost;
    private readonly ITimer _due;
    private readonly long _start;
    private volatile IFarSender? _far;
    private volatile string? _fault;

    /// <param name="host">Our end of what vhci_hcd has; becomes the pump's to dispose.</param>
    /// <param name="gate">Guards the proxy, and whatever must change in one step with it. Never held while anything is sent.</param>
    public UrbPump(Socket host, UrbProxy proxy, Lock gate, TimeProvider time)
    {
        (_host, Proxy, Gate, _time) = (host, proxy, gate, time);
        _toHost = new QueueSender(host, proxy.ToHost, gate);
        _start = time.GetTimestamp();
        _due = time.CreateTimer(static pump => ((UrbPump)pump!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Only to be used with the gate held.</summary>
    public UrbProxy Proxy { get; }

    public Lock Gate { get; }

    /// <summary>The proxy's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Ends when vhci_hcd does, or when it is ended here.</summary>
    public Task HostEnded { get; private set; } = Task.CompletedTask;

    /// <summary>What the host or a Pi sent that cannot be; null: nothing so far.</summary>
    public string? Fault => _fault;

    /// <param name="said">vhci_hcd has said something, and it was passed on.</param>
    public void Start(Action said) => HostEnded = ReadHostAsync(said);

    /// <summary>Whoever carries to the Pi from now on; null: nobody.</summary>
    public void CarryWith(IFarSender? far) => _far = far;

    /// <summary>The first fault counts.</summary>
    public void Blame(string? fault) => _fault ??= fault;

    /// <summary>What the host has set of what every stick has, to be set again in another session.</summary>
    public SetupPacket[] StandardRequests()
    {
        Span<SetupPacket> requests = stackalloc SetupPacket[MostStandardRequests];
        lock (Gate) return requests[..Proxy.CopyStandardRequests(requests)].ToArray();
    }

    /// <summary>What has passed so far.</summary>
    public UrbFigures ReadFigures()
    {
        lock (Gate) return new UrbFigures(Proxy.Counters, Proxy.ReadAnswerTimes(Now), Proxy.IsRead);
    }

    /// <summary>Another session with the same stick takes the place of the one that ended.</summary>
    /// <param name="devId">Its number there.</param>
    /// <param name="stoodStill">For how long our clock did not go on meanwhile.</param>
    public void Reattach(uint devId, TimeSpan stoodStill)
    {
        lock (Gate) Proxy.Reattach(devId, Now, stoodStill);
        Send();
    }

    /// <summary>Asks the stick what its driver asks at close() alone, so that the answer is known while the Pi is away.</summary>
    public void AskAhead(IEnumerable<SetupPacket> questions)
    {
        lock (Gate)
        {
            if (Proxy.Phase != UrbProxyPhase.Up) return;
            foreach (SetupPacket question in questions) Proxy.AskAhead(question);
        }
        Send();
    }

    /// <summary>Sends what the proxy has for either side. Without the gate.</summary>
    public void Send()
    {
        _toHost.Send();
        _far?.Send();
        // Under the gate: else what was due when the far side was there may be armed last, over what is due sooner since it is away.
        lock (Gate)
        {
            if (Proxy.NextDue is not { } due) return;
            TimeSpan left = due - Now;
            _due.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends once all that was for vhci_hcd was sent.</summary>
    /// <returns>False: it has ended, and takes nothing more.</returns>
    public async Task<bool> CatchUpAsync()
    {
        await _toHost.WhenIdleAsync();
        return !_toHost.IsBroken;
    }

    /// <summary>Ends the host's side, and with it what is carried.</summary>
    public void EndHost() => _host.TryShutdown();

    public async ValueTask DisposeAsync()
    {
        EndHost();
        try
        {
            await HostEnded;
            await _toHost.WhenIdleAsync();
        }
        finally
        {
            await _due.DisposeAsync();
            _host.Dispose();
        }
    }

    private async Task ReadHostAsync(Action said)
    {
        Blame(await SocketReader.ReadAsync(
            _host,
            UrbFraming.MaxCommand,
            (bytes, out isBehind) =>
            {
                int consumed;
                lock (Gate)
                {
                    consumed = Proxy.FromHost(bytes, Now);
                    isBehind = Proxy.IsHostBehind;
                }
                Send();
                said();
                return consumed;
            },
            CatchUpAsync));
    }

    private void Tick()
    {
        lock (Gate) Proxy.Tick(Now);
        Send();
    }
}
