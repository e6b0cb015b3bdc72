using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary>The options of attach, from a file.</summary>
internal sealed class OptionsWatch : IOptionsFeed
{
    private readonly WatchedOptions<AttachOptions> _file;

    private OptionsWatch(WatchedOptions<AttachOptions> file) => _file = file;

    /// <inheritdoc cref="WatchedOptions{T}.Current"/>
    public LoadedOptions<AttachOptions> Current => _file.Current;

    /// <exception cref="OptionsException">The file as a whole cannot be read at the start: exit 2.</exception>
    public static OptionsWatch Open(string path, TimeProvider time, ILogger logger) =>
        new(new WatchedOptions<AttachOptions>(path, (bytes, full) => OptionsFile.ParseAttach(bytes, full), time, logger));

    public IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync(CancellationToken cancellationToken) => _file.WatchAsync(cancellationToken);
}
