using System.Net.Sockets;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Moves the messages of one radio between vhci_hcd and its Pi, through the proxy that knows every URB. vhci_hcd is read always, whether a
/// Pi is there or not: no caller in the kernel may wait for the network.
/// </summary>
internal sealed class UrbPump : IAsyncDisposable
{
    private delegate int Consumer(ReadOnlySpan<byte> bytes);

    // For a SET_CONFIGURATION and one SET_INTERFACE for each interface that a radio has.
    private const int MostStandardRequests = 32;

    private readonly Lock _gate = new();
    private readonly Socket _host;
    private readonly UrbProxy _proxy;
    private readonly TimeProvider _time;
    private readonly QueueSender _toHost;
    private readonly ITimer _due;
    private readonly SilenceTimer _silence;
    private readonly long _start;
    private volatile QueueSender? _toFar;
    private volatile string? _fault;

    /// <param name="host">Our end of what vhci_hcd has; becomes the pump's to dispose.</param>
    public UrbPump(Socket host, UrbProxy proxy, TimeProvider time)
    {
        (_host, _proxy, _time) = (host, proxy, time);
        _toHost = new QueueSender(host, proxy.ToHost, _gate);
        _start = time.GetTimestamp();
        _due = time.CreateTimer(static pump => ((UrbPump)pump!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _silence = new SilenceTimer(AttachTimers.HeldAfter, AttachTimers.HeldStep, time);
    }

    /// <summary>Ends when vhci_hcd does, or when it is ended here.</summary>
    public Task HostEnded { get; private set; } = Task.CompletedTask;

    /// <summary>What the host or a Pi sent that cannot be; null: nothing so far.</summary>
    public string? Fault => _fault;

    public void Start() => HostEnded = ReadAsync(_host, UrbFraming.MaxCommand, bytes => _proxy.FromHost(bytes, Now));

    /// <summary>Carries to and from a Pi until one of them ends. Afterwards the proxy answers in the Pi's place.</summary>
    /// <param name="far">Is ended with it, and stays the caller's.</param>
    /// <param name="isSilent">
    /// Says whether what was sent is not acknowledged; null: the connection has ended. Asked while somebody waits for an answer, and while
    /// it was so.
    /// </param>
    /// <param name="held">Is told that the Pi is silent (true), and heard again (false).</param>
    public async Task CarryAsync(Socket far, Func<bool?> isSilent, Action<bool> held)
    {
        var sender = new QueueSender(far, _proxy.ToFar, _gate);
        _toFar = sender;
        sender.Send();
        using IDisposable watched = _silence.Watch(() => HoldIfSilent(isSilent, held));
        Task reading = ReadAsync(far, UrbFraming.MaxAnswer, bytes => FromFar(bytes, held));
        await Task.WhenAny(reading, HostEnded);
        far.TryShutdown();
        await reading;
        await sender.WhenIdleAsync();
        lock (_gate)
        {
            // In one step: whoever still has the sender in hand must not take out what is for the next session.
            sender.Close();
            _toFar = null;
            _proxy.FarEnded(Now);
        }
        Send();
    }

    /// <summary>What the host has set of what every stick has, to be set again in another session.</summary>
    public SetupPacket[] StandardRequests()
    {
        Span<SetupPacket> requests = stackalloc SetupPacket[MostStandardRequests];
        lock (_gate) return requests[.._proxy.CopyStandardRequests(requests)].ToArray();
    }

    /// <summary>Another session with the same stick takes the place of the one that ended; <see cref="CarryAsync"/> follows.</summary>
    public void Reattach(uint devId)
    {
        lock (_gate) _proxy.Reattach(devId, Now);
        Send();
    }

    /// <summary>Asks the stick what its driver asks at close() alone, so that the answer is known while the Pi is away.</summary>
    public void AskAhead(IEnumerable<SetupPacket> questions)
    {
        lock (_gate)
        {
            if (_proxy.Phase != UrbProxyPhase.Up) return;
            foreach (SetupPacket question in questions) _proxy.AskAhead(question);
        }
        Send();
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
            await _silence.DisposeAsync();
            _host.Dispose();
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private int FromFar(ReadOnlySpan<byte> bytes, Action<bool> held)
    {
        if (_proxy.Phase == UrbProxyPhase.Held) Resume(held);
        return _proxy.FromFar(bytes);
    }

    private void Resume(Action<bool> held)
    {
        _proxy.Resume(Now);
        held(false);
    }

    /// <returns>Whether to ask again.</returns>
    private bool HoldIfSilent(Func<bool?> isSilent, Action<bool> held)
    {
        lock (_gate)
        {
            if (_proxy.Phase == UrbProxyPhase.Ended || (_proxy.Phase == UrbProxyPhase.Up && !_proxy.AwaitsAnswer)) return false;
        }
        bool? silent = isSilent();
        lock (_gate)
        {
            if (silent == true && _proxy.Phase == UrbProxyPhase.Up)
            {
                _proxy.Hold(Now);
                held(true);
            }
            else if (silent == false && _proxy.Phase == UrbProxyPhase.Held)
            {
                // It has got everything, and its stick has nothing to say.
                Resume(held);
            }
        }
        Send();
        return silent is not null;
    }

    private void Tick()
    {
        lock (_gate) _proxy.Tick(Now);
        Send();
    }

    private void Send()
    {
        _toHost.Send();
        _toFar?.Send();
        TimeSpan? due;
        lock (_gate) due = _proxy.NextDue;
        if (due is not { } next) return;
        TimeSpan left = next - Now;
        _due.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task ReadAsync(Socket from, int longest, Consumer consume)
    {
        byte[] buffer = new byte[longest];
        int have = 0;
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(have), SocketFlags.None) is var read and > 0)
            {
                have += read;
                for (bool behind = true; behind;)
                {
                    int consumed;
                    lock (_gate)
                    {
                        consumed = consume(buffer.AsSpan(0, have));
                        behind = _proxy.IsHostBehind;
                    }
                    have -= consumed;
                    buffer.AsSpan(consumed, have).CopyTo(buffer);
                    Send();
                    _silence.Arm();
                    if (!behind) continue;
                    await _toHost.WhenIdleAsync();
                    if (_toHost.IsBroken) return;
                }
            }
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException)
        {
            _fault ??= e.Message;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // How it ended can be read from the socket itself.
        }
    }
}
