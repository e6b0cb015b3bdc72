using Longwire.Link.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>What every session works with.</summary>
/// <param name="Timers">The clock whose timers run out though the thread pool is starved.</param>
/// <param name="Origin">A timestamp: times are counted from there.</param>
/// <param name="Welcome">All of a welcome that is not the session's.</param>
internal sealed record HostSessionContext(TimeProvider Time, TimeProvider Timers, long Origin, Welcome Welcome, ILogger Logger)
{
    public TimeSpan Now => Time.GetElapsedTime(Origin);
}
