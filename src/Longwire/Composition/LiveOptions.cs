using System.Runtime.CompilerServices;
using Longwire.Options;

namespace Longwire.Composition;

/// <summary>
/// The options on their way to the reconciler, and what of them stays in force although it cannot be read. They outlive a restart of the
/// role within the process.
/// </summary>
internal sealed class LiveOptions(IOptionsFeed<AttachOptions> options, AttachOptions first)
{
    private readonly IOptionsFeed<AttachOptions> _options = options;
    private readonly LastGoodEntries _good = new();
    private AttachOptions _current = first;

    /// <summary>What is in force, wherever it came from.</summary>
    public AttachOptions Current => Volatile.Read(ref _current);

    /// <param name="others">Who else lives by them hears of each change before the reader.</param>
    public IOptionsFeed<AttachOptions> TellingFirst(Action<AttachOptions> others) => new Reading(this, others);

    private sealed class Reading(LiveOptions live, Action<AttachOptions> others) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (LoadedOptions<AttachOptions> read in live._options.WatchAsync(cancellationToken))
            {
                LoadedOptions<AttachOptions> loaded = live._good.Take(read);
                Volatile.Write(ref live._current, loaded.Options);
                others(loaded.Options);
                yield return loaded;
            }
        }
    }
}
