using Longwire.Link.Frames;

namespace Longwire.Export.Link;

/// <summary>
/// For how long nothing was heard of the host of a session, be it away or not. One that has just said hello is back, though nothing came
/// over that connection yet. It is not safe for several threads.
/// </summary>
/// <param name="timers">See <see cref="HostSessionContext"/>.</param>
internal sealed class HostSilence(TimeProvider timers)
{
    private long _greeted = timers.GetTimestamp();

    public void Greeted() => _greeted = timers.GetTimestamp();

    /// <param name="frames">Over the connection that was welcomed last; null: none was.</param>
    public TimeSpan Since(FramePump? frames)
    {
        TimeSpan greeted = timers.GetElapsedTime(_greeted);
        return frames?.SilentFor is { } heard && heard < greeted ? heard : greeted;
    }
}
