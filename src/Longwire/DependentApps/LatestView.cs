namespace Longwire.DependentApps;

/// <summary>How an app's radios are now, put by who reads the snapshots and taken by the app's own task.</summary>
internal sealed class LatestView(AppView first, TimeProvider time)
{
    private readonly Lock _gate = new();
    private AppView _view = first;
    private long _seenAt = time.GetTimestamp();
    private TaskCompletionSource _changed = new();

    public void Put(AppView view)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_view.Equals(view)) return;
            _view = view;
            _seenAt = time.GetTimestamp();
            changed = _changed;
        }
        changed.TrySetResult();
    }

    /// <returns>Since when it is so (monotonic), and what ends when another one is put.</returns>
    public (AppView View, long SeenAt, Task Changed) Take()
    {
        lock (_gate)
        {
            if (_changed.Task.IsCompleted) _changed = new TaskCompletionSource();
            return (_view, _seenAt, _changed.Task);
        }
    }

    /// <summary>Whether no other one was put since.</summary>
    public bool IsStill(AppView view)
    {
        lock (_gate) return ReferenceEquals(_view, view);
    }
}
