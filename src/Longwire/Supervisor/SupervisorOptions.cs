using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Longwire.Options;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Supervisor;

/// <summary>
/// The add-on's options while people change them in the UI: options.json gets them at the next start only, the Supervisor has
/// them at once. Begins with the file; then whichever of the two changed last counts. A Supervisor that does not answer changes nothing.
/// </summary>
internal sealed class SupervisorOptions(
    IOptionsFeed<AttachOptions> file, SupervisorClient supervisor, TimeProvider time, ILogger logger) : IOptionsFeed<AttachOptions>
{
    // What problems name as their source.
    private const string Source = "the options in Home Assistant";

    private readonly AsyncAutoResetEvent _look = new(time);

    // What the Supervisor said last. It writes the file when it starts us, so the file is its first word.
    private LoadedOptions<AttachOptions> _said = new(AttachOptions.Default, []);
    private bool _silent;

    // What is in force, and what the file said last: both outlive a reader.
    private LoadedOptions<AttachOptions>? _current;
    private LoadedOptions<AttachOptions>? _written;

    /// <summary>Asks at once what is new, and not only when it is time.</summary>
    public void LookNow() => _look.Raise();

    public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var transitions = new TransitionLog(logger, time);
        // Whoever asks with it is awaited below.
        ILogger log = transitions;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using IAsyncEnumerator<LoadedOptions<AttachOptions>> files =
            file.WatchAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool> change = files.MoveNextAsync().AsTask();
        await change;
        // Watched anew after a restart within the process, the file is still that of the container's start: what was changed in the UI
        // since stays.
        if (_current is null || _written is null || !IsSame(files.Current, _written)) _current = _said = files.Current;
        _written = files.Current;
        change = files.MoveNextAsync().AsTask();
        Task<LoadedOptions<AttachOptions>?> asked = AskAsync(log, end.Token);
        try
        {
            yield return _current;
            while (true)
            {
                await Task.WhenAny(change, asked);
                LoadedOptions<AttachOptions>? news;
                if (asked.IsCompleted)
                {
                    news = await asked;
                    asked = AskAsync(log, end.Token);
                }
                else
                {
                    await change;
                    news = _written = files.Current;
                    change = files.MoveNextAsync().AsTask();
                }
                if (news is null || IsSame(news, _current)) continue;
                _current = news;
                yield return news;
            }
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A place in the file means nothing in the UI.
    private static bool IsSame(LoadedOptions<AttachOptions> left, LoadedOptions<AttachOptions> right) =>
        left.Options.Equals(right.Options) && SequenceEquality.Same(WithoutLines(left.Problems), WithoutLines(right.Problems));

    private static ImmutableArray<OptionProblem> WithoutLines(ImmutableArray<OptionProblem> problems) =>
        [.. problems.Select(problem => problem with { Line = null })];

    /// <returns>Null: nothing new, or no answer.</returns>
    private async Task<LoadedOptions<AttachOptions>?> AskAsync(ILogger log, CancellationToken cancellationToken)
    {
        await _look.WaitAsync(SupervisorTimers.OptionsPoll, cancellationToken);
        try
        {
            LoadedOptions<AttachOptions> loaded = OptionsFile.ParseAttach(await supervisor.ReadOwnOptionsAsync(cancellationToken), Source);
            if (_silent) SupervisorLog.OptionsAnswered(log.About("Supervisor"));
            _silent = false;
            if (IsSame(loaded, _said)) return null;
            if (!loaded.Options.Equals(_said.Options)) SupervisorLog.OptionsChanged(log);
            return _said = loaded with { Problems = WithoutLines(loaded.Problems) };
        }
        catch (Exception e) when (e is SupervisorException or OptionsException)
        {
            if (!_silent) SupervisorLog.OptionsSilent(log.About("Supervisor"), e.Message);
            _silent = true;
            return null;
        }
    }
}
