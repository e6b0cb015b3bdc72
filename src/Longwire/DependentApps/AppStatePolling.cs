using Longwire.Platform;
using Longwire.Supervisor;

namespace Longwire.DependentApps;

/// <summary>Looks at an app's state while all is well, for the day when it is not.</summary>
internal sealed class AppStatePolling(string slug, DependentAppContext around)
{
    private readonly Backoff _waits = new(DependentAppTimers.FirstWait, DependentAppTimers.LongestWait, around.Random);
    private long _lookedAt;
    private TimeSpan _every = TimeSpan.Zero;
    private bool _errorSeen;

    /// <summary>How long until the next one is due.</summary>
    public TimeSpan Left
    {
        get
        {
            TimeSpan left = _every - around.Time.GetElapsedTime(_lookedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <param name="stillSo">Whether its radios are as they were: what is seen of an app while they change says nothing of it.</param>
    /// <returns>Whether it runs; null: that cannot be told now, and what was seen before still counts.</returns>
    /// <exception cref="SupervisorException">It is not there, or not ours to see; looked for again much later.</exception>
    public async Task<bool?> LookAsync(Func<bool> stillSo, CancellationToken cancellationToken)
    {
        (_lookedAt, _every) = (around.Time.GetTimestamp(), DependentAppTimers.Look);
        try
        {
            AppInfo info = await around.Supervisor.ReadAppAsync(slug, SupervisorTimers.Answer, cancellationToken);
            _waits.Reset();
            if (!stillSo()) return null;
            // A silent Pi is noticed after seconds: an app may have died of it before. One that is still dead at the next look died of
            // something else.
            bool? running = info.State switch
            {
                // Whoever has just started it wants it to run.
                _ when info.IsRunning || info.IsStarting => true,
                "stopped" => false,
                "error" when _errorSeen => false,
                _ => null,
            };
            _errorSeen = info.State == "error";
            return running;
        }
        catch (SupervisorException e) when (e.Failure == SupervisorFailure.Away)
        {
            // While it starts, above all: a radio that is lost soon after must not find an app that was never seen.
            (_lookedAt, _every) = (around.Time.GetTimestamp(), _waits.Next());
            return null;
        }
        catch (SupervisorException)
        {
            _every = DependentAppTimers.LookAgain;
            throw;
        }
    }

    /// <summary>The next is due at once, and knows nothing of those before.</summary>
    public void Reset() => (_every, _errorSeen) = (TimeSpan.Zero, false);
}
