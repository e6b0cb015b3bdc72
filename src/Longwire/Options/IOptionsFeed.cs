namespace Longwire.Options;

/// <summary>The options as they are now, and again each time they change.</summary>
internal interface IOptionsFeed
{
    public IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync(CancellationToken cancellationToken);
}
