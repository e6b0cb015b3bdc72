using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Longwire.Options;

namespace Longwire.Composition;

/// <summary>
/// The options on their way to the reconciler, and what of them stays in force although it cannot be read. They outlive a restart of the
/// role within the process.
/// </summary>
/// <param name="lookNow">Has the feed look at once; null: it does so by itself.</param>
internal sealed class LiveOptions(IOptionsFeed<AttachOptions> options, AttachOptions first, Action? lookNow = null) : IOptionsInForce
{
    private readonly IOptionsFeed<AttachOptions> _options = options;
    private readonly LastGoodEntries _good = new();

    // Of this process: what a page has seen of the one before may have been anything.
    private readonly string _process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly Lock _gate = new();
    private LoadedOptions<AttachOptions> _current = new(first, []);
    private TaskCompletionSource _changed = NewSignal();
    private int _changes;

    /// <summary>What is in force, wherever it came from.</summary>
    public AttachOptions Current => Loaded.Options;

    /// <summary>With what is wrong with it.</summary>
    public LoadedOptions<AttachOptions> Loaded => Volatile.Read(ref _current);

    public string Revision => string.Create(CultureInfo.InvariantCulture, $"{_process}-{Volatile.Read(ref _changes)}");

    public void LookNow() => lookNow?.Invoke();

    public async Task UntilAsync(Func<AttachOptions, bool> holds, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (holds(Current)) return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Become(LoadedOptions<AttachOptions> loaded)
    {
        bool isNew = loaded.Options != Current;
        Volatile.Write(ref _current, loaded);
        if (!isNew) return;
        Interlocked.Increment(ref _changes);
        lock (_gate)
        {
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="others">Who else lives by them hears of each change before the reader.</param>
    public IOptionsFeed<AttachOptions> TellingFirst(Action<AttachOptions> others) => new Reading(this, others);

    private sealed class Reading(LiveOptions live, Action<AttachOptions> others) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (LoadedOptions<AttachOptions> read in live._options.WatchAsync(cancellationToken))
            {
                LoadedOptions<AttachOptions> loaded = live._good.Take(read);
                live.Become(loaded);
                others(loaded.Options);
                yield return loaded;
            }
        }
    }
}
