using System.Text.Json.Serialization;

namespace Longwire.HomeAssistant.Discovery;

// Strict: anybody may write to our topics, and what lacks a member that we rely on is no such message.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RadioStateMessage))]
[JsonSerializable(typeof(PiStateMessage))]
[JsonSerializable(typeof(BridgeInfoMessage))]
[JsonSerializable(typeof(RadioEventMessage))]
[JsonSerializable(typeof(ClaimMessage))]
internal sealed partial class MessageJson : JsonSerializerContext;
