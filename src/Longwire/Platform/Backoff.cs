namespace Longwire.Platform;

/// <summary>How long to wait after a failure: doubled each time up to a cap, with jitter so that ten radios do not knock in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan cap, Random random)
{
    private int _failures;

    public TimeSpan Next()
    {
        double full = Math.Min(cap.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (random.NextDouble() / 2)));
    }

    public void Reset() => _failures = 0;
}
