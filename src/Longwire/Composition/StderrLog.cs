using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// The log, one line per entry on stderr. A task of its own writes: a terminal that is stopped or a full pipe must never
/// hold up whoever had something to say.
/// </summary>
internal sealed class StderrLog : ILoggerProvider
{
    private const int LinesWaiting = 4096;

    private static readonly TimeSpan s_lastLines = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines;
    private readonly Stream _stream;
    private readonly LogStyle _style;
    private readonly TimeProvider _time;
    private readonly Task _writing;
    private int _minimum;
    private long _unwritten;

    public StderrLog(Stream stream, LogStyle style, LogLevel minimum, TimeProvider time)
    {
        _stream = stream;
        _style = style;
        _minimum = (int)minimum;
        _time = time;
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(LinesWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref _unwritten));
        // Awaited in Dispose.
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>May be changed while we run.</summary>
    public LogLevel Minimum
    {
        get => (LogLevel)Volatile.Read(ref _minimum);
        set => Volatile.Write(ref _minimum, (int)value);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Writes what is left, for a moment at most.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        if (_writing.Wait(s_lastLines)) _stream.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync())
            {
                await _stream.WriteAsync(Encoding.UTF8.GetBytes(line));
                if (Interlocked.Exchange(ref _unwritten, 0) is > 0 and long unwritten)
                {
                    string count = unwritten.ToString(CultureInfo.InvariantCulture);
                    string gap = LogLine.Format(
                        _style,
                        _time.GetLocalNow(),
                        LogLevel.Warning,
                        $"{count} lines of the log were dropped: nobody read them in time",
                        null);
                    await _stream.WriteAsync(Encoding.UTF8.GetBytes(gap));
                }
                if (_lines.Reader.Count == 0) await _stream.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Nobody at the other end. A log that is not read is no reason to stop radios.
        }
    }

    private void Write(LogLevel level, string text, Exception? exception) =>
        _lines.Writer.TryWrite(LogLine.Format(_style, _time.GetLocalNow(), level, text, exception));

    private sealed class Logger(StderrLog log, string category) : ILogger
    {
        // The host's own entries repeat in its words what we say in ours.
        private readonly bool _isFramework = category.StartsWith("Microsoft.", StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel != LogLevel.None && logLevel >= log.Minimum && (!_isFramework || log.Minimum <= LogLevel.Debug);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(logLevel, formatter(state, exception), exception);
        }
    }
}
