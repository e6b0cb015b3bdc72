using System.Text.Json.Serialization;

namespace Longwire.HomeAssistant.Discovery;

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(RadioStateMessage))]
[JsonSerializable(typeof(PiStateMessage))]
[JsonSerializable(typeof(RadioEventMessage))]
internal sealed partial class StateMessageJson : JsonSerializerContext;
