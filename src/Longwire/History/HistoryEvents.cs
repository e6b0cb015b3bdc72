using System.Globalization;
using Longwire.Platform;
using Longwire.UsbIp.Proxy;

namespace Longwire.History;

/// <summary>The last hundred things that happened to a radio.</summary>
internal sealed class HistoryEvents
{
    public const int Most = 100;

    /// <summary>Errors that come no further apart are one entry: a bad cable makes thousands.</summary>
    public static readonly TimeSpan OneEntry = TimeSpan.FromMinutes(10);

    private readonly Queue<HistoryEvent> _events = new();
    private DateTimeOffset? _cameUpAt;
    private long _counted;
    private HistoryEvent? _errors;
    private long _errorsInEntry;

    public IEnumerable<HistoryEvent> Latest() => _events.Reverse();

    public void Add(HistoryEvent happened)
    {
        if (happened.Reason is { Length: > HistoryEvent.LongestReason } reason)
            happened = happened with { Reason = Printable.Clip(reason, HistoryEvent.LongestReason) };
        if (_events.Count == Most) _events.Dequeue();
        _events.Enqueue(happened);
    }

    /// <summary>What went wrong on the radio's bus since this was called last.</summary>
    /// <param name="cameUpAt">Counting begins anew with each attachment.</param>
    public void Count(DateTimeOffset now, DateTimeOffset? cameUpAt, UrbProxyCounters? counted)
    {
        if (counted is not { } counters) return;
        if (cameUpAt != _cameUpAt) (_cameUpAt, _counted) = (cameUpAt, 0);
        long errors = counters.BusErrors + counters.OtherErrors, more = errors - _counted;
        _counted = errors;
        if (more <= 0) return;
        if (_errors is { } last && now - last.At < OneEntry && now >= last.At) Replace(last, Told(last.At, _errorsInEntry += more));
        else Add(_errors = Told(now, _errorsInEntry = more));
    }

    private static HistoryEvent Told(DateTimeOffset at, long count) => new(
        at, HistoryEvent.UsbErrors, string.Create(CultureInfo.InvariantCulture, $"{count} within {OneEntry.TotalMinutes:0} min"));

    // It may have been pushed out meanwhile; then its place is taken by nothing.
    private void Replace(HistoryEvent before, HistoryEvent now)
    {
        for (int i = _events.Count; i > 0; i--)
        {
            HistoryEvent next = _events.Dequeue();
            _events.Enqueue(ReferenceEquals(next, before) ? now : next);
        }
        _errors = now;
    }
}
