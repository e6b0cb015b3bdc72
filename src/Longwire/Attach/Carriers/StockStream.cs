using System.Net.Sockets;
using Longwire.Platform;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Urbs;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Carries between the proxy and a stock usbipd over TCP connections, one after the other. A Pi that acknowledges nothing is held, and the
/// same stream goes on once it is heard again.
/// </summary>
internal sealed class StockStream(UrbPump pump, TimeProvider time) : IAsyncDisposable
{
    private readonly SilenceTimer _silence = new(AttachTimers.HeldAfter, AttachTimers.HeldStep, time);

    /// <summary>A message passed: if nobody hears it, that will be noticed.</summary>
    public void Said() => _silence.Arm();

    /// <summary>Carries to and from a Pi until one of them ends. Afterwards the proxy answers in the Pi's place.</summary>
    /// <param name="far">Is ended with it, and stays the caller's.</param>
    /// <param name="isSilent">
    /// Says whether what was sent is not acknowledged; null: the connection has ended. Asked while somebody waits for an answer, and while
    /// it was so.
    /// </param>
    /// <param name="held">Is told that the Pi is silent (true), and heard again (false).</param>
    public async Task CarryAsync(Socket far, Func<bool?> isSilent, Action<bool> held)
    {
        var sender = new QueueSender(far, pump.Proxy.ToFar, pump.Gate);
        pump.CarryWith(sender);
        sender.Send();
        using IDisposable watched = _silence.Watch(() => HoldIfSilent(isSilent, held));
        Task<string?> reading = SocketReader.ReadAsync(
            far, UrbFraming.MaxAnswer, (bytes, out isBehind) => FromFar(bytes, held, out isBehind), pump.CatchUpAsync);
        await Task.WhenAny(reading, pump.HostEnded);
        far.TryShutdown();
        pump.Blame(await reading);
        await sender.WhenIdleAsync();
        lock (pump.Gate)
        {
            // In one step: whoever still has the sender in hand must not take out what is for the next session.
            sender.Close();
            pump.CarryWith(null);
            pump.Proxy.FarEnded(pump.Now);
        }
        pump.Send();
    }

    public ValueTask DisposeAsync() => _silence.DisposeAsync();

    private int FromFar(ReadOnlySpan<byte> bytes, Action<bool> held, out bool isBehind)
    {
        int consumed;
        lock (pump.Gate)
        {
            if (pump.Proxy.Phase == UrbProxyPhase.Held) Resume(held);
            consumed = pump.Proxy.FromFar(bytes, pump.Now);
            isBehind = pump.Proxy.IsHostBehind;
        }
        pump.Send();
        _silence.Arm();
        return consumed;
    }

    private void Resume(Action<bool> held)
    {
        pump.Proxy.Resume(pump.Now);
        held(false);
    }

    /// <returns>Whether to ask again.</returns>
    private bool HoldIfSilent(Func<bool?> isSilent, Action<bool> held)
    {
        lock (pump.Gate)
        {
            if (pump.Proxy.Phase == UrbProxyPhase.Ended || (pump.Proxy.Phase == UrbProxyPhase.Up && !pump.Proxy.AwaitsAnswer)) return false;
        }
        bool? silent = isSilent();
        lock (pump.Gate)
        {
            if (silent == true && pump.Proxy.Phase == UrbProxyPhase.Up)
            {
                pump.Proxy.Hold(pump.Now);
                held(true);
            }
            else if (silent == false && pump.Proxy.Phase == UrbProxyPhase.Held)
            {
                // It has got everything, and its stick has nothing to say.
                Resume(held);
            }
        }
        pump.Send();
        return silent is not null;
    }
}
