using System.Net.Sockets;
using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>A frame that came out of a serial line, and when its last byte did, as a timestamp.</summary>
internal sealed record Frame(long At, byte[] Bytes);

/// <summary>
/// The radio inside a stick, as far as a program asks that starts with a network that is there already and has one device in it. It keeps
/// what it was told, and when.
/// </summary>
internal abstract class SimulatedRadio(ISerialEnd inside, IFrameReader reader, TimeProvider time) : IAsyncDisposable
{
    private const int ReadAtOnce = 4096;

    // What waits for its time: answers that take a radio a while, and a chip's own time limits.
    private readonly PriorityQueue<Action, long> _later = new();
    private readonly List<byte> _out = [];
    private readonly List<Frame> _heard = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Everything it was told until now.</summary>
    public IReadOnlyList<Frame> Heard
    {
        get { lock (_gate) return [.. _heard]; }
    }

    /// <summary>From now on it answers.</summary>
    public void Start() => _running = RunAsync(_stop.Token);

    /// <summary>The same, after it was without power, which it says at its start.</summary>
    /// <param name="isHeard">Else nobody has its line open then.</param>
    public void StartAnew(bool isHeard)
    {
        After(TimeSpan.Zero, () =>
        {
            SayStarted();
            if (!isHeard) _out.Clear();
        });
        Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected TimeProvider Time => time;

    /// <summary>It has lost what power keeps, and says what it says once it is up.</summary>
    protected abstract void SayStarted();

    protected abstract void Answer(ReadOnlySpan<byte> frame);

    protected void Send(ReadOnlySpan<byte> frame) => _out.AddRange(frame);

    protected void After(TimeSpan delay, Action action) =>
        _later.Enqueue(action, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));

    private async Task RunAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[ReadAtOnce];
        Task<int> reading = inside.ReadAsync(buffer, stop);
        try
        {
            while (true)
            {
                await UntilSomethingIsDueAsync(reading, stop);
                if (reading.IsCompleted)
                {
                    int count = await reading;
                    if (count == 0) return;
                    Hear(buffer.AsSpan(0, count));
                    reading = inside.ReadAsync(buffer, stop);
                }
                while (_later.TryPeek(out Action? action, out long due) && due <= time.GetTimestamp())
                {
                    _later.Dequeue();
                    action();
                }
                if (_out.Count == 0) continue;
                byte[] bytes = [.. _out];
                _out.Clear();
                await inside.WriteAsync(bytes, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Pulled, or switched off with the Pi.
        }
    }

    private async Task UntilSomethingIsDueAsync(Task reading, CancellationToken stop)
    {
        if (!_later.TryPeek(out _, out long due))
        {
            await Task.WhenAny(reading);
            return;
        }
        TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), due);
        if (left <= TimeSpan.Zero) return;
        using var read = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(reading, Task.Delay(left, time, read.Token));
        await read.CancelAsync();
    }

    private void Hear(ReadOnlySpan<byte> bytes)
    {
        long now = time.GetTimestamp();
        foreach (byte next in bytes)
        {
            if (reader.Take(next) is not { } frame) continue;
            lock (_gate) _heard.Add(new Frame(now, frame));
            Answer(frame);
        }
    }
}
