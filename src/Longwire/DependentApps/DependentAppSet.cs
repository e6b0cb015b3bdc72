using Longwire.State;
using Longwire.Supervisor;
using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

/// <summary>The apps that the options name, each followed by a task of its own, and the memory that they share.</summary>
internal sealed class DependentAppSet
{
    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly DependentAppContext _around;
    private bool _booted;

    private DependentAppSet(DependentAppContext around, bool booted)
    {
        _around = around;
        _booted = booted;
    }

    /// <summary>None of these ends before it is told to, other than by a fault.</summary>
    public IEnumerable<Task> Tasks => _followed.Values.Select(followed => followed.Task);

    /// <param name="first">Holds every radio there is.</param>
    public static DependentAppSet Open(
        AppsOfLastRun lastRun, Snapshot first, SupervisorClient supervisor, IBridgeProblems problems, TimeProvider time, Random random,
        ILogger logger)
    {
        (DependentAppsMemory memory, bool booted) = lastRun.Read(first, out string? problem);
        problems.Report("consumers file", problem);
        var store = new DependentAppsStore(lastRun.File, memory, time, logger, sentence => problems.Report("consumers memory", sentence));
        return new DependentAppSet(new DependentAppContext(new AppControl(supervisor), store, problems, time, random, logger), booted);
    }

    /// <summary>Takes the memory to disk until cancelled, and what is left of it then.</summary>
    public Task WriteAsync(CancellationToken cancellationToken) => _around.Store.RunAsync(cancellationToken);

    /// <summary>
    /// Tells each app's task how its radios are; begins with apps that are new in the options, ends with those that left them.
    /// </summary>
    public async Task ApplyAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        // That we stop is no loss for us to see: the next life finds out what became of them.
        if (snapshot.Bridge.Stopped) return;
        Dictionary<string, AppView> apps = AppView.Of(snapshot);
        foreach (string gone in _followed.Keys.Except(apps.Keys).ToList())
        {
            await _followed[gone].EndAsync();
            _followed.Remove(gone);
            _around.Store.Forget(gone);
            _around.Problems.Report($"consumer {gone}", null);
        }
        foreach ((string slug, AppView view) in apps)
        {
            if (_followed.TryGetValue(slug, out Followed? known)) known.Consumer.See(view);
            else _followed.Add(slug, Follow(view, cancellationToken));
        }
        // The next app to be named is named by a person, long after the boot.
        _booted = false;
    }

    public async Task EndAsync()
    {
        foreach (Followed followed in _followed.Values) await followed.EndAsync();
        _followed.Clear();
    }

    private Followed Follow(AppView view, CancellationToken cancellationToken)
    {
        DependentAppMemory memory = _around.Store.Find(view.Slug) ?? new DependentAppMemory { Slug = view.Slug, StartAtBoot = _booted };
        _around.Store.Put(memory);
#pragma warning disable CA2000 // Disposed where the task is awaited.
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
#pragma warning restore CA2000
        var consumer = new DependentApp(view, memory, _around);
        return new Followed(consumer, consumer.RunAsync(cancel.Token), cancel);
    }

    private sealed record Followed(DependentApp Consumer, Task Task, CancellationTokenSource Cancel)
    {
        public async Task EndAsync()
        {
            await Cancel.CancelAsync();
            await Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Cancel.Dispose();
        }
    }
}
