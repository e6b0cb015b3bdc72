using System.Runtime.CompilerServices;
using Longwire.Options;

namespace Longwire.Commands;

/// <summary>The options on their way to the reconciler; whoever else lives by them hears of each change first.</summary>
internal sealed class LiveOptions(IOptionsFeed<AttachOptions> options, AttachOptions first, Action<AttachOptions> others) : IOptionsFeed<AttachOptions>
{
    private AttachOptions _current = first;

    /// <summary>What is in force, wherever it came from.</summary>
    public AttachOptions Current => Volatile.Read(ref _current);

    public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (LoadedOptions<AttachOptions> loaded in options.WatchAsync(cancellationToken))
        {
            Volatile.Write(ref _current, loaded.Options);
            others(loaded.Options);
            yield return loaded;
        }
    }
}
