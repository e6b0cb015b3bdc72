using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// The expected radios that are not there, as one sentence among the bridge's problems. It appears once one of them was away for
/// <see cref="AttachTimers.DownForLong"/> and goes when all are back: a Pi with ten radios that comes and goes is one problem and not
/// ten, whoever of them is first or last. What <see cref="AwayWithPi"/> names is not among them.
/// </summary>
internal sealed class DownRadios(ILogger logger)
{
    private readonly Dictionary<string, TimeSpan> _since = new(StringComparer.Ordinal);
    private readonly ILogger _log = logger.About("radios");
    private TimeSpan? _backSince;
    private TimeSpan? _endedAt;

    /// <summary>Null: all are there, or have not been away for long.</summary>
    public string? Problem { get; private set; }

    /// <param name="expected">Those that a person wants attached, and the options ask for.</param>
    /// <param name="now">Monotonic.</param>
    /// <param name="isHidden">Of what is plugged into this Pi nothing is said, though it is known since when it is down.</param>
    /// <param name="isExplained">Another problem says it. A radio that was down for long before that is told all the same.</param>
    /// <returns>When to look again without any event; null: then only an event changes anything.</returns>
    public TimeSpan? Look(
        IReadOnlyCollection<RadioState> expected,
        TimeSpan now,
        Predicate<string>? isHidden = null,
        Predicate<RadioState>? isExplained = null)
    {
        List<RadioState> down = [.. expected.Where(radio => radio.Status is not (RadioStatus.Attached or RadioStatus.Held))];
        foreach (string other in _since.Keys.Except(down.Select(radio => radio.Id)).ToArray()) _since.Remove(other);
        foreach (RadioState radio in down) _since.TryAdd(radio.Id, now);
        foreach (RadioState radio in down.FindAll(radio => isExplained?.Invoke(radio) == true && !IsLong(radio, now)))
        {
            // Its time begins when nothing explains it any more.
            _since.Remove(radio.Id);
            down.Remove(radio);
        }
        int hidden = down.RemoveAll(radio => isHidden?.Invoke(radio.Memory.PiId) == true);
        if (down.Count == 0 && hidden == 0) return Back(now);
        if (down.Count == 0)
        {
            // None is back: it is told anew once they are not hidden any more.
            (Problem, _backSince) = (null, null);
            return null;
        }
        _backSince = null;
        TimeSpan due = down.Min(radio => _since[radio.Id]) + AttachTimers.DownForLong;
        bool was = Problem is not null;
        if (!was && due > now) return due;
        Problem = Sentence(down);
        if (!was) AttachLog.Problem(_log, Problem);
        return null;
    }

    private bool IsLong(RadioState radio, TimeSpan now) => now - _since[radio.Id] >= AttachTimers.DownForLong;

    // Back for good at the first time; one that was back within the last hour, and gone again, has to stay for a moment before it counts.
    private TimeSpan? Back(TimeSpan now)
    {
        if (Problem is null) return null;
        _backSince ??= now;
        bool unsteady = _endedAt is { } ended && now - ended < TransitionLog.Span;
        TimeSpan counts = _backSince.Value + AttachTimers.ProblemSettles;
        if (unsteady && counts > now) return counts;
        (Problem, _backSince, _endedAt) = (null, null, now);
        AttachLog.NoneDown(_log);
        return null;
    }

    private static string Sentence(List<RadioState> down) => down.Count == 1
        ? $"{RadioNames.Of(down)} is not attached: its Explanation says why, and what to do."
        : $"{RadioNames.Of(down)} are not attached: the Explanation of each says why, and what to do.";
}
