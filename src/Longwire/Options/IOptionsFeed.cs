namespace Longwire.Options;

/// <summary>The options that are in force, as they change while we run.</summary>
/// <typeparam name="T">What they say, by the role that lives by them.</typeparam>
internal interface IOptionsFeed<T>
    where T : class
{
    /// <summary>First what is in force now, then each change. Ends only by cancellation. For one reader.</summary>
    public IAsyncEnumerable<LoadedOptions<T>> WatchAsync(CancellationToken cancellationToken);
}
