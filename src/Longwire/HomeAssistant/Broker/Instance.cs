namespace Longwire.HomeAssistant.Broker;

/// <summary>A running Longwire, as the others on a broker know it.</summary>
/// <param name="Id">Its data folder's; see <see cref="State.BridgeSnapshot.InstanceId"/>. A folder that was copied has it twice.</param>
/// <param name="Nonce">
/// Its process's; null for a former release, which sends none, and takes what bears its own id for its own words.
/// </param>
internal sealed record Instance(string Id, string? Nonce);
