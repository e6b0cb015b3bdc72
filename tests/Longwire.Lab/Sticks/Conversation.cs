using System.Globalization;
using System.Text;

namespace Longwire.Lab.Sticks;

/// <summary>
/// A consumer and its radio, who both talk all the time, in numbered lines, and both listen. Afterwards it is known of each line when it
/// was said and when it was heard.
/// </summary>
internal sealed class Conversation : IAsyncDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _enough = new();
    private readonly Voice _consumer, _radio;
    private bool _isOver;

    private Conversation(ISerialEnd consumer, ISerialEnd radio, TimeProvider time)
    {
        (_consumer, _radio) = (new Voice(consumer, radio, "c", time), new Voice(radio, consumer, "r", time));
        Talking = Task.WhenAll(_consumer.SayAsync(_enough.Token), _radio.SayAsync(_enough.Token));
        Listening = Task.WhenAll(_consumer.HearAsync(_enough.Token), _radio.HearAsync(_enough.Token));
    }

    private Task Talking { get; }
    private Task Listening { get; }

    public IReadOnlyList<Line> OfConsumer => _consumer.Lines;
    public IReadOnlyList<Line> OfRadio => _radio.Lines;

    public static Conversation Start(ISerialEnd consumer, ISerialEnd radio, TimeProvider time) => new(consumer, radio, time);

    /// <summary>Waits until each has heard a line that the other said after this was called.</summary>
    public async Task FlowsAsync(TimeSpan deadline)
    {
        Task heard = Task.WhenAll(_consumer.HeardAsync(_consumer.Said), _radio.HeardAsync(_radio.Said));
        await await Task.WhenAny(heard, Talking, Listening).WaitAsync(deadline);
    }

    /// <summary>Both fall silent for a while.</summary>
    public void Pause(bool paused) => (_consumer.Paused, _radio.Paused) = (paused, paused);

    /// <summary>Lets what was said last arrive, and ends it.</summary>
    public async Task EndAsync(TimeSpan deadline)
    {
        Pause(true);
        int last = _consumer.Said, lastOfRadio = _radio.Said;
        await Task.WhenAll(_consumer.HeardAsync(last - 1), _radio.HeardAsync(lastOfRadio - 1)).WaitAsync(deadline);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver) return;
        _isOver = true;
        await _enough.CancelAsync();
        await Task.WhenAll(Talking, Listening);
        _enough.Dispose();
    }

    /// <param name="Heard">Null: never. Both on the test machine's clock, as timestamps.</param>
    internal sealed record Line(int Number, long Said, long? Heard);

    private sealed class Voice(ISerialEnd from, ISerialEnd to, string name, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly List<long> _said = [];
        private readonly Dictionary<int, long> _heard = [];
        private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _last = -1;
        private volatile bool _paused;

        public bool Paused
        {
            set => _paused = value;
        }

        /// <summary>The number of the next line.</summary>
        public int Said
        {
            get { lock (_gate) return _said.Count; }
        }

        public IReadOnlyList<Line> Lines
        {
            get
            {
                lock (_gate) return [.. _said.Select((at, i) => new Line(i, at, _heard.TryGetValue(i, out long heard) ? heard : null))];
            }
        }

        public async Task SayAsync(CancellationToken enough)
        {
            try
            {
                while (true)
                {
                    if (!_paused)
                    {
                        string line;
                        lock (_gate)
                        {
                            line = string.Create(CultureInfo.InvariantCulture, $"{name}{_said.Count:00000}\n");
                            _said.Add(time.GetTimestamp());
                        }
                        await from.WriteAsync(Encoding.ASCII.GetBytes(line), CancellationToken.None);
                    }
                    await Task.Delay(s_period, time, enough);
                }
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // It has said enough.
            }
        }

        public async Task HearAsync(CancellationToken enough)
        {
            byte[] buffer = new byte[4096];
            string rest = "";
            try
            {
                while (await to.ReadAsync(buffer, enough) is > 0 and int read)
                {
                    string[] lines = (rest + Encoding.ASCII.GetString(buffer, 0, read)).Split('\n');
                    foreach (string line in lines[..^1]) Hear(line);
                    rest = lines[^1];
                }
                throw new EndOfStreamException($"{to.Description} went away.");
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // It has heard enough.
            }
        }

        /// <summary>Waits until this line or a later one was heard.</summary>
        public async Task HeardAsync(int number)
        {
            while (true)
            {
                Task grown;
                lock (_gate)
                {
                    if (_last >= number) return;
                    grown = _grown.Task;
                }
                await grown;
            }
        }

        private void Hear(string line)
        {
            if (line.Length != name.Length + 5 || !line.StartsWith(name, StringComparison.Ordinal)
                || !int.TryParse(line.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                throw new InvalidDataException($"{to.Description} heard \"{line}\", which nobody said.");
            }
            TaskCompletionSource grown;
            lock (_gate)
            {
                if (number <= _last) throw new InvalidDataException($"{to.Description} heard {line} after {name}{_last:00000}.");
                _heard[_last = number] = time.GetTimestamp();
                (grown, _grown) = (_grown, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            grown.SetResult();
        }
    }
}
