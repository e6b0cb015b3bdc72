using Microsoft.Extensions.Time.Testing;

namespace Longwire.Tests.Attach;

/// <summary>
/// A clock that stands still until a test moves it, and whose date can be set while no time passes:
/// <see cref="FakeTimeProvider.AdjustTime"/> moves the timestamps along with the date, as if they were one clock.
/// </summary>
internal sealed class SettableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long _setBy;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _setBy));

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Somebody sets the clock.</summary>
    public void Set(TimeSpan by) => Interlocked.Add(ref _setBy, by.Ticks);
}
