using System.Text.Json.Serialization;

namespace Longwire.HomeAssistant.Ownership;

// Strict: anybody may write to our topics, and what lacks a member that we rely on is no such message.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ClaimMessage))]
internal sealed partial class ClaimJson : JsonSerializerContext;
