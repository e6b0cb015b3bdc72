using Longwire.Platform;

namespace Longwire.Export.Reconciling;

/// <summary>
/// When one stick may be taken out of error state. At once, if the last time lasted; else after a pause that grows. Each recovery resets
/// the stick: a host that asks again and again must not keep a sick one in resets.
/// </summary>
internal sealed class Recoveries(Backoff pauses, TimeProvider time)
{
    private long? _last;
    private bool _isNoticed;

    /// <summary>It is found in error state.</summary>
    /// <returns>For how long it is to be left alone; zero: not at all. Asked again after that, it has been.</returns>
    public TimeSpan PauseBeforeNext()
    {
        if (_isNoticed) return TimeSpan.Zero;
        _isNoticed = true;
        if (_last is { } last && time.GetElapsedTime(last) < ExportTimers.RecoveryLasts) return pauses.Next();
        pauses.Reset();
        return TimeSpan.Zero;
    }

    public void Begins() => (_last, _isNoticed) = (time.GetTimestamp(), false);

    /// <summary>It is another stick, or was without power.</summary>
    public void Forget()
    {
        pauses.Reset();
        (_last, _isNoticed) = (null, false);
    }
}
