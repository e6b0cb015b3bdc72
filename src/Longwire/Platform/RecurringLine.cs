using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Longwire.Platform;

/// <summary>One kind of line about one subject: when it was told, and what happened since. Not synchronized.</summary>
internal sealed class RecurringLine
{
    private long? _told;
    private long _last;
    private int _untold;
    private bool _mayBeToldAgain;
    private (LogLevel Level, EventId EventId, string Text, Exception? Exception) _latest;

    /// <summary>Stands for all that found no place of their own.</summary>
    public bool IsOfMany { get; init; }

    public bool IsUntold => _untold > 0;

    /// <returns>What the line ends with if it is to be told now, mostly nothing; null: it is not told now.</returns>
    public string? Occurs(TimeProvider time, LogLevel level, EventId eventId, string text, Exception? exception)
    {
        long now = time.GetTimestamp();
        bool apart = _told is not null && time.GetElapsedTime(_last, now) >= TransitionLog.Apart;
        _last = now;
        _latest = (level, eventId, text, exception);
        if (_told is null || IsOver(time))
        {
            (_told, _mayBeToldAgain) = (now, true);
            return "";
        }
        _untold++;
        TimeSpan since = time.GetElapsedTime(_told.Value, now);
        if (since < TransitionLog.Span && !(apart && _mayBeToldAgain && !IsOfMany)) return null;
        string ending = _untold == 1 ? "" : Times(since);
        Tell(now);
        return ending;
    }

    /// <summary>An hour has passed in peace: whatever comes now is the first again.</summary>
    public bool IsOver(TimeProvider time) => !IsUntold && _told is { } told && time.GetElapsedTime(told) >= TransitionLog.Span;

    /// <summary>When what was not told is, as a timestamp.</summary>
    public long DueAt(TimeProvider time) => (_told ?? 0) + (long)(TransitionLog.Span.TotalSeconds * time.TimestampFrequency);

    /// <summary>Null while it is not due.</summary>
    public Summary? TakeSummary(TimeProvider time)
    {
        if (!IsUntold || _told is not { } told) return null;
        long now = time.GetTimestamp();
        TimeSpan since = time.GetElapsedTime(told, now);
        if (since < TransitionLog.Span) return null;
        var summary = new Summary(_latest.Level, _latest.EventId, _latest.Text + Times(since), _latest.Exception, _last);
        Tell(now);
        return summary;
    }

    private void Tell(long now) => (_told, _untold, _mayBeToldAgain) = (now, 0, false);

    private string Times(TimeSpan since)
    {
        string times = _untold == 1 ? "once more" : string.Create(CultureInfo.InvariantCulture, $"{_untold} times");
        if (IsOfMany) times = string.Create(CultureInfo.InvariantCulture, $"and others like it, {_untold} in all");
        // A machine that slept tells late.
        return since.TotalMinutes switch
        {
            < 59.5 => string.Create(CultureInfo.InvariantCulture, $" ({times} in the last {since.TotalMinutes:0} min)"),
            < 90 => $" ({times} in the last hour)",
            _ => string.Create(CultureInfo.InvariantCulture, $" ({times} in the last {since.TotalHours:0} h)"),
        };
    }

    /// <param name="LastAt">When it happened last, as a timestamp.</param>
    internal sealed record Summary(LogLevel Level, EventId EventId, string Text, Exception? Exception, long LastAt);
}
