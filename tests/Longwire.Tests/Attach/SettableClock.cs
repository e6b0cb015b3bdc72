using Microsoft.Extensions.Time.Testing;

namespace Longwire.Tests.Attach;

/// <summary>
/// A clock that stands still until a test moves it, and whose date can be set while no time passes:
/// <see cref="FakeTimeProvider.AdjustTime"/> moves the timestamps along with the date, as if they were one clock.
/// </summary>
internal sealed class SettableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long _setBy;
    private int _looksUntilJump = -1;
    private TimeSpan _jump;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _setBy));

    public override long GetTimestamp()
    {
        if (Volatile.Read(ref _looksUntilJump) >= 0 && Interlocked.Decrement(ref _looksUntilJump) == -1) Advance(_jump);
        return base.GetUtcNow().Ticks;
    }

    /// <summary>Time passes all at once, after it was looked at so often: in the middle of whatever somebody decides.</summary>
    public void AdvanceAfter(int looks, TimeSpan by)
    {
        _jump = by;
        Volatile.Write(ref _looksUntilJump, looks);
    }

    /// <summary>It has passed.</summary>
    public bool HasJumped => Volatile.Read(ref _looksUntilJump) < 0;

    /// <summary>Somebody sets the clock.</summary>
    public void Set(TimeSpan by) => Interlocked.Add(ref _setBy, by.Ticks);
}
