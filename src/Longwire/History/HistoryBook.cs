using System.Buffers;
using System.Text.Json;
using Longwire.State;

namespace Longwire.History;

/// <summary>The history of every radio, in memory. Read by the page, written by the recorder: from any thread.</summary>
internal sealed class HistoryBook
{
    /// <summary>At most 60 kB each: beyond, those that are no more make room, and then none is kept.</summary>
    public const int MostRadios = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RadioHistory> _radios = new(StringComparer.Ordinal);

    /// <summary>When something was measured last; the clock's beginning if nothing was.</summary>
    public DateTimeOffset Newest
    {
        get
        {
            lock (_gate) return _radios.Values.Select(radio => radio.Day.NewestAt).DefaultIfEmpty().Max();
        }
    }

    public void Add(Snapshot snapshot, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (RadioSnapshot radio in snapshot.Radios)
            {
                if (!_radios.TryGetValue(radio.Id, out RadioHistory? history))
                {
                    if (!MakeRoom(snapshot)) continue;
                    _radios.Add(radio.Id, history = new RadioHistory());
                }
                history.Add(now, StateOf(radio), radio.RoundTrip);
                history.Events.Count(now, radio.CameUpAt, radio.Urbs?.Counters);
            }
        }
    }

    /// <summary>What happened to a radio that is known here.</summary>
    public void Add(RadioEvent happened)
    {
        lock (_gate)
        {
            if (_radios.TryGetValue(happened.RadioId, out RadioHistory? history))
                history.Events.Add(new HistoryEvent(happened.At, happened.Type.Name(), happened.Reason));
        }
    }

    /// <summary>Of radios that were known before and are not any more, nothing is kept.</summary>
    public void ForgetThoseGone(Snapshot before, Snapshot now)
    {
        lock (_gate)
        {
            foreach (RadioSnapshot radio in before.Radios)
            {
                if (!now.Radios.Any(known => known.Id == radio.Id)) _radios.Remove(radio.Id);
            }
        }
    }

    /// <summary>What happened to a radio, the latest first.</summary>
    public IReadOnlyList<HistoryEvent> EventsOf(string radioId)
    {
        lock (_gate) return _radios.TryGetValue(radioId, out RadioHistory? history) ? [.. history.Events.Latest()] : [];
    }

    /// <summary>
    /// As JSON: <c>step</c> in seconds, <c>end</c> as seconds since 1970, <c>states</c> with a digit for each span (see
    /// <see cref="HistoryState"/>), <c>round_trips</c> in tenths of a millisecond, null where there is none; and <c>events</c>, the latest
    /// first, with <c>at</c> as seconds since 1970. Null: no such radio.
    /// </summary>
    /// <param name="month">The last 30 days; else the last 24 hours.</param>
    public ReadOnlyMemory<byte>? Json(string radioId, bool month, DateTimeOffset now)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        lock (_gate)
        {
            if (!_radios.TryGetValue(radioId, out RadioHistory? history)) return null;
            HistoryRing ring = month ? history.Month : history.Day;
            json.WriteStartObject();
            json.WriteNumber("step", (int)ring.Step.TotalSeconds);
            json.WriteNumber("end", now.ToUnixTimeSeconds());
            json.WriteString("states", string.Concat(ring.Upto(now).Select(span => (char)('0' + (int)span.State))));
            json.WriteStartArray("round_trips");
            foreach ((_, ushort roundTrip) in ring.Upto(now))
            {
                if (roundTrip == HistoryRing.None) json.WriteNullValue();
                else json.WriteNumberValue(roundTrip);
            }
            json.WriteEndArray();
            json.WriteStartArray("events");
            foreach (HistoryEvent happened in history.Events.Latest()) happened.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.Flush();
        return bytes.WrittenMemory;
    }

    public byte[] Write()
    {
        lock (_gate) return HistoryFormat.Write(_radios);
    }

    /// <returns>Why it cannot be understood; null: it was read.</returns>
    public string? Read(ReadOnlySpan<byte> from)
    {
        lock (_gate) return HistoryFormat.Read(from, _radios, MostRadios);
    }

    private bool MakeRoom(Snapshot snapshot)
    {
        if (_radios.Count < MostRadios) return true;
        foreach (string id in _radios.Keys.Where(id => !snapshot.Radios.Any(radio => radio.Id == id)).ToList()) _radios.Remove(id);
        return _radios.Count < MostRadios;
    }

    private static HistoryState StateOf(RadioSnapshot radio) => radio.Status switch
    {
        _ when radio.Undecided || radio.Stopped => HistoryState.Unknown,
        RadioStatus.Attached => HistoryState.Attached,
        RadioStatus.Attaching => HistoryState.Attaching,
        RadioStatus.Detached => HistoryState.Detached,
        RadioStatus.Held => HistoryState.Held,
        _ => HistoryState.Down,
    };
}
