using Microsoft.Extensions.Logging;

namespace Longwire.State;

/// <summary>What is to be told of Longwire itself and does not come from the reconciler.</summary>
/// <param name="Page">Where a browser that shows Home Assistant opens Longwire's page; null: not known yet.</param>
/// <param name="LogLevel">What the log leaves out is below this; null: nobody said.</param>
internal sealed record BridgeDetails(string? Page = null, LogLevel? LogLevel = null)
{
    /// <summary>There is no such page: what was known of one before is over.</summary>
    public const string NoPage = "";

    public static BridgeDetails Unknown { get; } = new();
}
