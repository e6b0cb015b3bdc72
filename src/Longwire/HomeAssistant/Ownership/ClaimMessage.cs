using System.Text.Json.Serialization;
using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Ownership;

/// <param name="Incumbent">It published here before, in this life: it goes before newcomers.</param>
internal sealed record ClaimMessage(string InstanceId, bool Incumbent)
{
    /// <summary>See <see cref="Instance.Nonce"/>; null from former releases.</summary>
    public string? Nonce { get; init; }

    /// <summary>To be named in the answer; null from former releases.</summary>
    public string? Token { get; init; }

    [JsonIgnore]
    public Instance Sender => new(InstanceId, Nonce);
}
