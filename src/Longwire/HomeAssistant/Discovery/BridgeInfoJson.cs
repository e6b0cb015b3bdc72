using System.Text.Json.Serialization;

namespace Longwire.HomeAssistant.Discovery;

// Strict: anybody may write to our topics, and what lacks a member that we rely on is no such message.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BridgeInfoMessage))]
internal sealed partial class BridgeInfoJson : JsonSerializerContext;
