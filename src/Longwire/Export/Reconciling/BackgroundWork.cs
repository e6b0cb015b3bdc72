namespace Longwire.Export.Reconciling;

/// <summary>
/// Tasks that one owner starts beside its loop and awaits before it ends. What they expect to go wrong they report themselves; anything
/// else is a fault of ours and goes to the owner, at once.
/// </summary>
internal sealed class BackgroundWork(Action<Exception> onFault)
{
    private readonly List<Task> _tasks = [];

    /// <summary>Called by the owner's loop only.</summary>
    public void Run(Func<Task> body)
    {
        _tasks.RemoveAll(task => task.IsCompleted);
        _tasks.Add(Task.Run(() => GuardAsync(body)));
    }

    /// <summary>All that were started. They never fault.</summary>
    public Task WhenAllEnded() => Task.WhenAll(_tasks);

    private async Task GuardAsync(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (OperationCanceledException)
        {
            // The owner stops.
        }
#pragma warning disable CA1031 // Handed to the owner, whose loop throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault(e);
        }
    }
}
