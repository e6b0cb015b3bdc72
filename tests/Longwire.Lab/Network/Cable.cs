using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Testing;

namespace Longwire.Lab.Network;

/// <summary>
/// One guest's network cable: a UDP socket on the loopback that the emulator sends the card's frames to. What is cut or lost here
/// is lost without a word, as on a real cable whose link light stays on (a switch further away lost power).
/// </summary>
public sealed class Cable : IAsyncDisposable
{
    // The largest frame a card without jumbo frames sends is 1518 bytes; offloads may hand over up to 64 KiB and a header.
    private const int LargestFrame = 68 * 1024;

    // A cable that is told to delay holds this many frames at most: what is beyond is lost, as in a real queue.
    private const int FramesInFlight = 4096;

    private readonly Action<Cable, ReadOnlyMemory<byte>> _forward;
    private readonly TimeProvider _time;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(long Due, byte[] Frame)> _delayed =
        Channel.CreateBounded<(long, byte[])>(new BoundedChannelOptions(FramesInFlight) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _receiving;
    private readonly Task _delaying;
    private readonly Lock _gate = new();
    private Random _random = new(0);
    private double _loss;
    private double _lossFromGuest;
    private bool _cut;
    private bool _deafToGuest;
    private bool _muteToGuest;
    private TimeSpan _delay;

    internal Cable(string name, TimeProvider time, Action<Cable, ReadOnlyMemory<byte>> forward)
    {
        Name = name;
        _time = time;
        _forward = forward;
        _socket.ReceiveBufferSize = 4 << 20;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SwitchEnd = (IPEndPoint)_socket.LocalEndPoint!;
        GuestEnd = FreePort.Udp();
        _receiving = ReceiveAsync();
        _delaying = SendDelayedAsync();
    }

    public string Name { get; }

    /// <summary>Where the emulator sends the card's frames.</summary>
    internal IPEndPoint SwitchEnd { get; }

    /// <summary>Where the emulator waits for frames for the card.</summary>
    internal IPEndPoint GuestEnd { get; private set; }

    public bool IsCut
    {
        get { lock (_gate) return _cut; }
    }

    /// <summary>From now on nothing passes, either way.</summary>
    public void Cut() => Set(() => _cut = true);

    /// <summary>Only one direction is lost: what the guest sends (true, false), what is sent to it (false, true), or both.</summary>
    public void CutOneWay(bool fromGuest, bool toGuest) => Set(() => (_deafToGuest, _muteToGuest) = (fromGuest, toGuest));

    /// <summary>Every frame in either direction is held for this long; their order stays.</summary>
    public void Delay(TimeSpan delay) => Set(() => _delay = delay);

    /// <summary>Loses this share of the frames, 0 to 1, in each direction; the seed decides which.</summary>
    public void Lose(double share, int seed) => Set(() => (_loss, _lossFromGuest, _random) = (share, share, new Random(seed)));

    /// <summary>The same of what the guest sends alone, which is what netem at its card would do.</summary>
    public void LoseFromGuest(double share, int seed) => Set(() => (_loss, _lossFromGuest, _random) = (0, share, new Random(seed)));

    /// <summary>Plugged in again, nothing delayed or lost.</summary>
    public void Mend() =>
        Set(() => (_cut, _deafToGuest, _muteToGuest, _delay, _loss, _lossFromGuest) = (false, false, false, TimeSpan.Zero, 0, 0));

    /// <summary>Another port for the guest's end, for a guest that starts again.</summary>
    internal void Renew() => GuestEnd = FreePort.Udp();

    internal void Send(ReadOnlyMemory<byte> frame)
    {
        if (!Passes(towardsGuest: true, out TimeSpan delay)) return;
        if (delay > TimeSpan.Zero)
        {
            _delayed.Writer.TryWrite((_time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency), frame.ToArray()));
            return;
        }
        Deliver(frame.Span);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_receiving, _delaying);
        _socket.Dispose();
        _stop.Dispose();
    }

    private void Set(Action change)
    {
        lock (_gate) change();
    }

    private bool Passes(bool towardsGuest, out TimeSpan delay)
    {
        lock (_gate)
        {
            delay = _delay;
            if (_cut || (towardsGuest ? _muteToGuest : _deafToGuest)) return false;
            double loss = towardsGuest ? _loss : _lossFromGuest;
            // Seeded, so that a failure can be seen again: which frames are lost is part of the test, not of chance.
#pragma warning disable CA5394
            return loss <= 0 || _random.NextDouble() >= loss;
#pragma warning restore CA5394
        }
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        try
        {
            _socket.SendTo(frame, SocketFlags.None, GuestEnd);
        }
        catch (SocketException)
        {
            // The guest is off: nobody holds the other end of the cable.
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[LargestFrame];
        EndPoint anybody = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The word that an earlier frame reached nobody.
                continue;
            }
            if (received.ReceivedBytes < MacAddress.HeaderLength || !received.RemoteEndPoint.Equals(GuestEnd)) continue;
            if (Passes(towardsGuest: false, out _)) _forward(this, buffer.AsMemory(0, received.ReceivedBytes));
        }
    }

    private async Task SendDelayedAsync()
    {
        try
        {
            await foreach ((long due, byte[] frame) in _delayed.Reader.ReadAllAsync(_stop.Token))
            {
                TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), due);
                if (left > TimeSpan.Zero) await Task.Delay(left, _time, _stop.Token);
                Deliver(frame);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the lab.
        }
    }
}
