using Microsoft.Extensions.Logging;

namespace Longwire.Platform;

/// <summary>
/// A log for what may turn back and forth without anybody's doing: a loose plug, a stick that another host has, a Pi at the edge of
/// its Wi-Fi. Through <see cref="TransitionLogging.About"/> the first line about a subject is written at once and in full; what repeats
/// within the hour goes to the debug log, and is told at most once an hour, with how often it was. What is logged without a subject is
/// written as it comes.
/// </summary>
/// <remarks>
/// A second line that is not close on the first is written at once, too: two losses in an hour are no flapping, and the later one may
/// be for good.
/// </remarks>
internal sealed class TransitionLog : ILogger, IDisposable
{
    /// <summary>Within this a line is told again only with a count.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromHours(1);

    /// <summary>What comes this long after the last of its kind is no flapping.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Each source's own, so that a Pi that makes up sticks without end neither fills our memory or the log, nor takes the place of what
    /// others have to say. What is beyond shares one line of its kind.
    /// </summary>
    public const int LinesPerSource = 128;

    private readonly ILogger _inner;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<LineKey, RecurringLine>> _sources = new(StringComparer.Ordinal);
    private long? _due;

    public TransitionLog(ILogger inner, TimeProvider time)
    {
        (_inner, _time) = (inner, time);
        _timer = time.CreateTimer(static log => ((TransitionLog)log!).TellDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ILogger About(string source, string subject) => new Subject(this, source, subject);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _inner.Log(logLevel, eventId, state, exception, formatter);

    public void Dispose() => _timer.Dispose();

    /// <returns>What the line ends with if it is to be told now; null: it is left to the debug log.</returns>
    private string? Occurs(string source, string subject, LogLevel level, EventId eventId, string text, Exception? exception)
    {
        lock (_gate)
        {
            RecurringLine line = LineOf(source, new LineKey(eventId.Name ?? eventId.ToString(), subject));
            string? ending = line.Occurs(_time, level, eventId, text, exception);
            if (ending is null) WakeAt(line.DueAt(_time));
            return ending;
        }
    }

    private RecurringLine LineOf(string source, LineKey key)
    {
        if (!_sources.TryGetValue(source, out Dictionary<LineKey, RecurringLine>? lines)) _sources.Add(source, lines = []);
        if (lines.TryGetValue(key, out RecurringLine? line)) return line;
        if (lines.Count >= LinesPerSource) Forget(lines);
        if (lines.Count >= LinesPerSource)
        {
            key = key with { Subject = null };
            if (lines.TryGetValue(key, out line)) return line;
        }
        return lines[key] = new RecurringLine { IsOfMany = key.Subject is null };
    }

    private void Forget(Dictionary<LineKey, RecurringLine> lines)
    {
        foreach ((LineKey key, RecurringLine line) in lines)
        {
            if (line.IsOver(_time)) lines.Remove(key);
        }
    }

    private void TellDue()
    {
        var due = new List<RecurringLine.Summary>();
        lock (_gate)
        {
            _due = null;
            foreach (RecurringLine line in _sources.Values.SelectMany(lines => lines.Values).Where(line => line.IsUntold))
            {
                if (line.TakeSummary(_time) is { } summary) due.Add(summary);
                else WakeAt(line.DueAt(_time));
            }
        }
        // What happened last is told last: it is how things stand.
        foreach (RecurringLine.Summary summary in due.OrderBy(summary => summary.LastAt))
            _inner.Log(summary.Level, summary.EventId, summary.Text, summary.Exception, static (text, _) => text);
    }

    private void WakeAt(long due)
    {
        if (_due <= due) return;
        _due = due;
        TimeSpan wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
        // Rounded up: a timer that is early finds nothing to do.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private readonly record struct LineKey(string Kind, string? Subject);

    private sealed class Subject(TransitionLog log, string source, string subject) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string text = formatter(state, exception).TrimEnd();
            string? ending = logLevel <= LogLevel.Debug ? "" : log.Occurs(source, subject, logLevel, eventId, text, exception);
            string counted = text + ending;
            if (ending is null) log.Log(LogLevel.Debug, eventId, state, exception, formatter);
            else if (ending.Length == 0) log.Log(logLevel, eventId, state, exception, formatter);
            else log.Log(logLevel, eventId, counted, exception, static (told, _) => told);
        }
    }
}
