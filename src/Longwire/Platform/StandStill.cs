namespace Longwire.Platform;

/// <summary>
/// For how long our clock has stood still since a moment, as that of a machine does which is paused or sleeps: intervals do not know it,
/// the time of day does once it is put right. Set by a person, it is taken for such a pause; set back, for none.
/// </summary>
internal sealed class StandStill(TimeProvider time)
{
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    public TimeSpan ByNow()
    {
        TimeSpan more = time.GetUtcNow() - _began - time.GetElapsedTime(_timestamp);
        return more > TimeSpan.Zero ? more : TimeSpan.Zero;
    }
}
