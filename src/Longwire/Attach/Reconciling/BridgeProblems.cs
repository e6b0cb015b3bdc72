using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// What is wrong, by source, and what of it the bridge shows. The log has every turn of it; what is shown is steady: a problem that comes
/// and goes, or whose words change, has to stay as it is for a moment before that shows, so that its automations fire once.
/// </summary>
/// <param name="now">Monotonic, since the start.</param>
internal sealed class BridgeProblems(Func<TimeSpan> now, ILogger logger)
{
    /// <summary>A source that has changed this often within <see cref="s_memory"/> is unsteady: it came, went and is back.</summary>
    private const int Unsteady = 3;

    /// <summary>What has gone is remembered that long, to tell one that flaps; and never more of them than this.</summary>
    private const int GoneRemembered = 256;

    /// <summary>Of sticks that are missing, each of which may be back: a Pi that makes them up must not fill the bridge's state.</summary>
    private const int MissingShown = 64;

    private static readonly TimeSpan s_memory = TimeSpan.FromHours(1);

    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <param name="isHidden">What is of this Pi is not shown now. It goes at once, and is back at once.</param>
    public IReadOnlyCollection<string> ShownBut(Predicate<string> isHidden) =>
        [.. _entries.Values.Where(entry => !entry.Pis.Any(pi => isHidden(pi))).Select(entry => entry.Shown).OfType<string>()];

    /// <summary>Something is wrong; null: it no longer is.</summary>
    /// <param name="place">Who can make it come and go; see <see cref="TransitionLogging.About"/>.</param>
    /// <param name="byPerson">Comes and goes as a person edits the options: told and shown each time, and at once.</param>
    /// <param name="pis">Whose it is.</param>
    public void Set(string source, string? problem, string place, bool byPerson = false, IReadOnlyList<string>? pis = null)
    {
        if (!_entries.TryGetValue(source, out Entry? entry))
        {
            if (problem is null) return;
            ForgetTheGone();
            _entries.Add(source, entry = new Entry());
        }
        entry.GoesAt = null;
        if (problem is not null) entry.Pis = pis ?? [];
        if (entry.Actual == problem) return;
        if (problem is not null) AttachLog.Problem(byPerson ? logger : logger.About(place, source), problem);
        else AttachLog.ProblemOver(logger, entry.Actual ?? "");
        entry.Actual = problem;
        bool steady = entry.ChangesWithin(s_memory, now()) < Unsteady;
        if (byPerson || steady || entry.Shown is null || entry.Shown == problem) Show(entry);
        else entry.ShowsAt = now() + AttachTimers.ProblemSettles;
    }

    /// <summary>
    /// Its stick is missing: it is over if that is not there again in a moment. Each try resets the stick, and takes it out of the list.
    /// </summary>
    public void Missing(string source)
    {
        if (!_entries.TryGetValue(source, out Entry? entry) || entry.Actual is null) return;
        if (_entries.Values.Count(other => other.GoesAt is not null) >= MissingShown) Set(source, null, place: source);
        else entry.GoesAt ??= now() + AttachTimers.StickGone;
    }

    /// <summary>Its stick is in the list, or tried although it is not.</summary>
    public void IsThere(string source)
    {
        if (_entries.TryGetValue(source, out Entry? entry)) entry.GoesAt = null;
    }

    public IEnumerable<string> SourcesOf(string kind) =>
        [.. _entries.Keys.Where(source => source.StartsWith(kind, StringComparison.Ordinal) && _entries[source].Actual is not null)];

    /// <summary>Lets the time do its work.</summary>
    /// <returns>When it next has some, in the same time as <c>now</c>; null: not without news.</returns>
    public TimeSpan? Settle()
    {
        foreach ((string source, Entry entry) in _entries)
        {
            if (entry.GoesAt <= now()) Set(source, null, place: source);
            if (entry.ShowsAt <= now()) Show(entry);
        }
        return _entries.Values.SelectMany(entry => new[] { entry.GoesAt, entry.ShowsAt }).Min();
    }

    private void Show(Entry entry)
    {
        entry.ShowsAt = null;
        if (entry.Shown == entry.Actual) return;
        entry.Shown = entry.Actual;
        entry.Changed(s_memory, now());
    }

    private void ForgetTheGone()
    {
        var gone = _entries.Where(entry => entry.Value is { Actual: null, Shown: null }).OrderBy(entry => entry.Value.ChangedAt).ToList();
        for (int place = 0; place < gone.Count; place++)
        {
            bool isOld = gone[place].Value.ChangesWithin(s_memory, now()) == 0;
            if (isOld || place <= gone.Count - GoneRemembered) _entries.Remove(gone[place].Key);
        }
    }

    private sealed class Entry
    {
        private int _changes;

        /// <summary>As it is now; null: nothing is wrong.</summary>
        public string? Actual { get; set; }
        public string? Shown { get; set; }

        /// <summary>Whose it is, or was last.</summary>
        public IReadOnlyList<string> Pis { get; set; } = [];

        /// <summary>When it is over unless it is seen again.</summary>
        public TimeSpan? GoesAt { get; set; }

        /// <summary>When what is has been so for long enough.</summary>
        public TimeSpan? ShowsAt { get; set; }

        /// <summary>When what is shown changed last.</summary>
        public TimeSpan ChangedAt { get; private set; }

        public int ChangesWithin(TimeSpan span, TimeSpan now) => now - ChangedAt < span ? _changes : 0;

        public void Changed(TimeSpan span, TimeSpan now) => (_changes, ChangedAt) = (ChangesWithin(span, now) + 1, now);
    }
}
