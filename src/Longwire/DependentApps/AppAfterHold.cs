namespace Longwire.DependentApps;

/// <summary>
/// Some apps do not outlive a hold although their tty never goes: they end by their own patience, up to 15 s after the line fell silent,
/// which may be after it speaks again. One that ran, and has ended with an error then, has lost its radio.
/// </summary>
internal sealed class AppAfterHold(string slug, DependentAppContext around)
{
    private readonly HashSet<string> _held = [];
    private long? _since;
    private bool _endedBefore;

    /// <summary>How long until the next look; null: there is nothing to look for.</summary>
    public TimeSpan? Left { get; private set; }

    /// <returns>What is to be remembered of an app that has ended; null: nothing.</returns>
    public async Task<DependentAppMemory?> EndedAsync(AppView view, DependentAppMemory memory, CancellationToken cancellationToken)
    {
        Left = null;
        bool begins = _held.Count == 0;
        RadioView[] held = [.. view.Radios.Where(radio => radio is { Since: not null, Steady: false, Wanted: true })];
        foreach (RadioView radio in held) _held.Add(radio.Id);
        // What has ended by the time at which a hold is told has ended of something else.
        if (begins && held.Length > 0) _endedBefore = await HasEndedAsync(cancellationToken);
        _held.RemoveWhere(id => memory.Find(id) is not { Lost: false });
        if (_held.Count == 0 || held.Length > 0)
        {
            _since = null;
            return null;
        }
        _since ??= around.Time.GetTimestamp();
        if (around.Time.GetElapsedTime(_since.Value) > DependentAppTimers.DiesOfHold)
        {
            _held.Clear();
            return null;
        }
        Left = DependentAppTimers.LookAfterHold;
        if (_endedBefore || !memory.Running || !await HasEndedAsync(cancellationToken)) return null;
        DependentAppMemory ended = memory;
        foreach (string id in _held) ended = ended.With(ended.Find(id)! with { Lost = true, WasRunning = true });
        _held.Clear();
        return ended;
    }

    /// <summary>It was restarted: what was before has no say any more.</summary>
    public void Reset() => _held.Clear();

    private async Task<bool> HasEndedAsync(CancellationToken cancellationToken) =>
        (await around.TryReadNowAsync(slug, cancellationToken))?.HasEnded == true;
}
