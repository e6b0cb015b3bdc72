using Longwire.Options;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Carries out what a person asks of Longwire itself.</summary>
internal sealed class BridgeControl(StateFeed feed, StderrLog log, Restarts restarts, ILogger logger) : IBridgeControl
{
    public void Handle(BridgeCommand command)
    {
        switch (command)
        {
            case BridgeCommand.Restart:
                restarts.Ask();
                break;
            case BridgeCommand.SetLogLevel { Level: var level }:
                if (log.Minimum == level) break;
                LogFrom(level);
                string name = level.Name();
                ProgramLog.LogLevelSet(logger, name);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command, null);
        }
    }

    /// <summary>For the options, and for a person until these change.</summary>
    public void LogFrom(LogLevel level)
    {
        log.Minimum = level;
        feed.Describe(details => details with { LogLevel = level });
    }
}
