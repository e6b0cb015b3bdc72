using Microsoft.Extensions.Logging;

namespace Longwire.State;

/// <summary>What a person asks of Longwire itself, and not of one radio.</summary>
internal abstract record BridgeCommand
{
    /// <summary>Stop in order and start again, as if the machine had done it.</summary>
    internal sealed record Restart : BridgeCommand;

    /// <summary>Log from here up, until the next start or the next change of the options.</summary>
    internal sealed record SetLogLevel(LogLevel Level) : BridgeCommand;
}
