using System.Text.Json.Serialization;

namespace Longwire.HomeAssistant.Discovery;

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DiscoveryMessage))]
internal sealed partial class DiscoveryJson : JsonSerializerContext;
