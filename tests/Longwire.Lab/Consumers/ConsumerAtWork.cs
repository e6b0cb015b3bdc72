using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing;

namespace Longwire.Lab.Consumers;

/// <summary>A consumer on a host and the radio that it talks to, in a stick that is carried there, or plugged in there.</summary>
internal sealed class ConsumerAtWork : IAsyncDisposable
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(20), s_afterFailure = TimeSpan.FromMilliseconds(500);

    // Longer than any of them takes between two words of one talk.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);

    private readonly Host _host;
    private readonly TimeProvider _time;
    private ISerialEnd _inside;

    private ConsumerAtWork(Host host, ConsumerKind kind, ISerialEnd inside, SimulatedRadio radio, Consumer consumer, TimeProvider time) =>
        (_host, Kind, _inside, Radio, Consumer, _time) = (host, kind, inside, radio, consumer, time);

    public ConsumerKind Kind { get; }

    public SimulatedRadio Radio { get; private set; }

    public Consumer Consumer { get; private set; }

    /// <summary>Starts both, and waits until they have understood each other.</summary>
    /// <param name="stick">Plugged in, and a tty on the host.</param>
    public static async Task<ConsumerAtWork> StartAsync(Host host, ConsumerKind kind, LabStick stick, TimeProvider time)
    {
        ISerialEnd inside = await stick.OpenInsideAsync();
        SimulatedRadio radio = kind.NewRadio(inside, time);
        radio.Start();
        var atWork = new ConsumerAtWork(host, kind, inside, radio, await Consumer.StartAsync(host, kind, stick.Model.Path), time);
        try
        {
            await atWork.Consumer.UntilReadyAsync();
            return atWork;
        }
        catch
        {
            // A stick cannot be taken apart whose inside is open.
            await atWork.DisposeAsync();
            throw;
        }
    }

    /// <summary>The consumer has ended: it is started anew, as an app is.</summary>
    public async Task StartAnewAsync(string tty)
    {
        Consumer = await Consumer.StartAsync(_host, Kind, tty);
        await Consumer.UntilReadyAsync();
    }

    /// <summary>The stick is carried to the host again after its inside was hung up: by the Pi, or because it was without power.</summary>
    /// <remarks>
    /// What a radio says while nobody has its tty open would wait for whoever opens that next, and be echoed to it before that one has said
    /// that it wants no echo, as the kernel does with every tty: the radio would take the echo for the head of a long frame, and be deaf.
    /// </remarks>
    public async Task OpenInsideAgainAsync(LabStick stick, bool wasWithoutPower)
    {
        await Radio.DisposeAsync();
        _inside.Dispose();
        _inside = await stick.OpenInsideAsync();
        Radio = Kind.NewRadio(_inside, _time);
        if (wasWithoutPower) Radio.StartAnew(isHeard: !Consumer.HasEnded);
        else Radio.Start();
    }

    /// <summary>Gives it commands, one after the other, until one is done.</summary>
    /// <returns>The host's clock then; null: the consumer has ended.</returns>
    public async Task<TimeSpan?> UntilItWorksAsync()
    {
        long began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < Deadlines.Patience)
        {
            if (Consumer.HasEnded) return null;
            int number = await Consumer.AskAsync();
            CommandEnd? end;
            while ((end = Consumer.EndOf(number)) is null)
            {
                if (Consumer.HasEnded) return null;
                if (_time.GetElapsedTime(began) > Deadlines.Patience) break;
                await Task.Delay(s_betweenLooks, _time);
            }
            if (end is { Failure: null }) return _host.ClockAt(end.At);
            await Task.Delay(s_afterFailure, _time);
        }
        throw new TimeoutException($"{Kind.Name} did no command within {Deadlines.Patience.TotalSeconds} s.");
    }

    /// <summary>Waits until the consumer has nothing to say for a while.</summary>
    public async Task UntilQuietAsync()
    {
        long began = _time.GetTimestamp();
        while (_time.GetElapsedTime(Radio.Heard[^1].At) < s_quiet)
        {
            if (_time.GetElapsedTime(began) > Deadlines.Patience) throw new TimeoutException($"{Kind.Name} was never quiet for {s_quiet}.");
            await Task.Delay(s_betweenLooks, _time);
        }
    }

    /// <summary>Waits until the consumer has written to its tty, after a moment on the host's clock.</summary>
    /// <returns>When it did first.</returns>
    public async Task<TimeSpan> UntilItWritesAsync(TimeSpan after)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            foreach ((TimeSpan at, _) in Consumer.OnTty("W"))
            {
                if (at > after) return at;
            }
            if (_time.GetElapsedTime(began) > Deadlines.Patience) throw new TimeoutException($"{Kind.Name} wrote nothing.");
            await Task.Delay(s_betweenLooks, _time);
        }
    }

    /// <summary>
    /// How old each frame was that the radio heard. One that the consumer wrote several times is taken for the latest of those writes that
    /// is not taken yet: a copy too many is found by that.
    /// </summary>
    /// <param name="heard">What the radio heard; the consumer has told of all that it wrote until then.</param>
    /// <exception cref="InvalidDataException">The radio heard what nobody wrote, or what was written later first.</exception>
    public IReadOnlyList<TimeSpan> AgesOf(IReadOnlyList<Frame> heard)
    {
        IReadOnlyList<(TimeSpan At, byte[] Bytes)> written = Consumer.Written();
        List<TimeSpan> ages = [];
        int next = written.Count;
        foreach (Frame frame in heard.Reverse())
        {
            TimeSpan at = _host.ClockAt(frame.At);
            do
            {
                if (--next < 0)
                {
                    throw new InvalidDataException(
                        $"{Kind.Name}: the radio heard {Convert.ToHexString(frame.Bytes)} at {at}: nobody wrote it, or not in that order.");
                }
            }
            while (!written[next].Bytes.AsSpan().SequenceEqual(frame.Bytes));
            ages.Add(at - written[next].At);
        }
        return ages;
    }

    public async ValueTask DisposeAsync()
    {
        await Consumer.DisposeAsync();
        await Radio.DisposeAsync();
        _inside.Dispose();
    }
}
