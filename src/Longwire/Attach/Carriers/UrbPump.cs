using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Proxy;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Moves the messages of one radio between vhci_hcd and its Pi, through the proxy that knows every URB. Ends when either side does, and
/// ends the other then.
/// </summary>
internal sealed class UrbPump : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Socket _host;
    private readonly Socket _far;
    private readonly UrbProxy _proxy;
    private readonly TimeProvider _time;
    private readonly QueueSender _toHost;
    private readonly QueueSender _toFar;
    private readonly long _start;
    private Task _running = Task.CompletedTask;
    private volatile string? _fault;

    /// <param name="host">Our end of what vhci_hcd has; ours to dispose.</param>
    /// <param name="far">The Pi; the caller's.</param>
    public UrbPump(Socket host, Socket far, UrbProxy proxy, TimeProvider time)
    {
        (_host, _far, _proxy, _time) = (host, far, proxy, time);
        _toHost = new QueueSender(host, proxy.ToHost, _gate);
        _toFar = new QueueSender(far, proxy.ToFar, _gate);
        _start = time.GetTimestamp();
    }

    /// <summary>What one of them sent that cannot be; null: nothing so far.</summary>
    public string? Fault => _fault;

    public void Start() => _running = RunAsync();

    /// <summary>Ends both sides.</summary>
    public void Shutdown()
    {
        Shutdown(_far);
        Shutdown(_host);
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        await _running;
        _host.Dispose();
    }

    private async Task RunAsync()
    {
        Task[] reading = [ReadAsync(_host, UrbFraming.MaxCommand, FromHost), ReadAsync(_far, UrbFraming.MaxAnswer, _proxy.FromFar)];
        await Task.WhenAny(reading);
        Shutdown();
        await Task.WhenAll(reading);
        await Task.WhenAll(_toHost.WhenIdleAsync(), _toFar.WhenIdleAsync());
    }

    private int FromHost(ReadOnlySpan<byte> bytes) => _proxy.FromHost(bytes, _time.GetElapsedTime(_start));

    private delegate int Consumer(ReadOnlySpan<byte> bytes);

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
                    _toHost.Send();
                    _toFar.Send();
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

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already ended, which is what was wanted.
        }
    }
}
