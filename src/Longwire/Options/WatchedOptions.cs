using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary>
/// The options file while people edit it. What cannot be read, is empty or has gone leaves the last good options in force
/// and becomes a problem: a slip of the editor must not take a house's radios away.
/// </summary>
/// <inheritdoc cref="IOptionsFeed{T}" path="/typeparam"/>
internal sealed class WatchedOptions<T> : IOptionsFeed<T>
    where T : class
{
    /// <summary>Editors write, rename and touch in several steps; this long without another step and the file is whole.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>A file that never rests is read all the same after this long.</summary>
    public static readonly TimeSpan LongestUnrest = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Looks without being told: a single file that is mounted into a container changes without a word to its folder here, and
    /// inotify has a limit that other programs can use up.
    /// </summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly Func<byte[], string, LoadedOptions<T>> _parse;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private byte[] _bytes;
    private LoadedOptions<T> _good;
    private LoadedOptions<T> _current;

    /// <param name="parse">Bytes and their path to options; throws <see cref="OptionsException"/> where they are none.</param>
    /// <exception cref="OptionsException">The file as a whole cannot be read at the start: exit 2.</exception>
    public WatchedOptions(string path, Func<byte[], string, LoadedOptions<T>> parse, TimeProvider time, ILogger logger)
    {
        _path = Path.GetFullPath(path);
        _parse = parse;
        _bytes = OptionsText.Read(_path);
        _good = _current = parse(_bytes, _path);
        _time = time;
        _logger = logger;
    }

    /// <summary>What is in force.</summary>
    public LoadedOptions<T> Current => Volatile.Read(ref _current);

    /// <summary>First what is in force now, then each change. Ends only by cancellation. For one reader.</summary>
    public async IAsyncEnumerable<LoadedOptions<T>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One place: ten events say no more than one, that there is something to look at.
        var signals = Channel.CreateBounded<byte>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        using FileSystemWatcher? watcher = Watch(() => signals.Writer.TryWrite(0));
        // The file may have changed between its first reading and the watcher's first breath.
        signals.Writer.TryWrite(0);
        yield return Current;
        while (true)
        {
            if (await SignalledAsync(signals.Reader, Poll, cancellationToken)) await UntilQuietAsync(signals.Reader, cancellationToken);
            LoadedOptions<T> before = _current;
            Look();
            if (!_current.Equals(before)) yield return _current;
        }
    }

    private async Task UntilQuietAsync(ChannelReader<byte> signals, CancellationToken cancellationToken)
    {
        long started = _time.GetTimestamp();
        while (await SignalledAsync(signals, Quiet, cancellationToken) && _time.GetElapsedTime(started) < LongestUnrest)
        {
        }
    }

    // Folder and all names in it: a rename onto our file is an event of another name, and so is a symbolic link turned elsewhere.
    private FileSystemWatcher? Watch(Action changed)
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(_path)!);
            watcher.Created += (_, _) => changed();
            watcher.Changed += (_, _) => changed();
            watcher.Deleted += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.Error += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            OptionsLog.OptionsPolled(_logger, _path, e.Message);
            return null;
        }
    }

    private async Task<bool> SignalledAsync(ChannelReader<byte> signals, TimeSpan within, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await signals.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Look()
    {
        try
        {
            byte[] bytes = OptionsText.Read(_path);
            if (bytes.AsSpan().SequenceEqual(_bytes))
            {
                // Gone for a while and back as it was.
                Become(_good);
                return;
            }
            if (OptionsText.IsBlank(bytes)) throw new OptionsException($"{_path} is empty.");
            LoadedOptions<T> loaded = _parse(bytes, _path);
            _bytes = bytes;
            _good = loaded;
            Become(loaded);
        }
        catch (OptionsException e)
        {
            ImmutableArray<OptionProblem> problems =
            [
                new OptionProblem("options", "", $"{e.Message} The options read before stay in force."),
                .. _good.Problems,
            ];
            Become(_good with { Problems = problems });
        }
    }

    private void Become(LoadedOptions<T> loaded)
    {
        if (loaded.Equals(_current)) return;
        // The problems are said by who applies the options: attach shows them to Home Assistant too, each of them once.
        if (!Equals(loaded.Options, _current.Options)) OptionsLog.OptionsChanged(_logger, _path);
        Volatile.Write(ref _current, loaded);
    }
}
