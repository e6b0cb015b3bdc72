namespace Longwire.Options;

/// <summary>The options that are in force, as they change while we run.</summary>
internal interface IOptionsFeed
{
    /// <summary>First what is in force now, then each change. Ends only by cancellation. For one reader.</summary>
    public IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync(CancellationToken cancellationToken);
}
