using System.Runtime.CompilerServices;
using Longwire.Options;

namespace Longwire.Commands;

/// <summary>The options on their way to the reconciler; whoever else lives by them hears of each change first.</summary>
internal sealed class LiveOptions(IOptionsFeed options, Action<AttachOptions> others) : IOptionsFeed
{
    public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (LoadedOptions<AttachOptions> loaded in options.WatchAsync(cancellationToken))
        {
            others(loaded.Options);
            yield return loaded;
        }
    }
}
