using Longwire.Link.Liveness;

namespace Longwire.Tests.LinkedPis;

/// <summary>The link's clock, to which a test adds time that has not passed. Its timers do not run out sooner for that.</summary>
internal sealed class PassingTime(string name) : TimeProvider, IDisposable
{
    private readonly TimerThread _real = new(name);
    private long _passed;

    public override long TimestampFrequency => _real.TimestampFrequency;

    public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => _real.GetTimestamp() + Interlocked.Read(ref _passed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _real.CreateTimer(callback, state, dueTime, period);

    public void Dispose() => _real.Dispose();
}
