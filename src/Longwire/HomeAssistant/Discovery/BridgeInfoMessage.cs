using System.Text.Json.Serialization;
using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Discovery;

internal sealed record BridgeInfoMessage
{
    public required string Version { get; init; }
    public required string InstanceId { get; init; }
    public required bool Problem { get; init; }
    public required string[] Problems { get; init; }

    // Not required, because it is read as well: what an older release says of itself lacks them, and it is alive all the same.
    public int RadiosAttached { get; init; }
    public int RadiosExpected { get; init; }
    public string? LogLevel { get; init; }

    /// <summary>See <see cref="Instance.Nonce"/>; null from former releases.</summary>
    public string? Nonce { get; init; }

    /// <summary>The token of the claim that this answers; left out of what is retained.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answers { get; init; }

    [JsonIgnore]
    public Instance Sender => new(InstanceId, Nonce);
}
