using System.Text.Json.Serialization;

namespace Longwire.Web.Api;

/// <summary><c>POST api/pis</c>: a Pi that is to come into the options.</summary>
/// <param name="Options">Those that the person saw: <see cref="StateJson.Options"/>.</param>
/// <param name="PairingCode">A secret.</param>
internal sealed record PiRequest(string? Options, string? Name, string? Address, string? PairingCode)
{
    // Without the code.
    public override string ToString() => $"{Name} {Address}";
}

/// <summary><c>POST api/sticks</c>: a stick of a Pi's list that is to be a radio.</summary>
/// <inheritdoc cref="PiRequest" path="/param[@name='Options']"/>
internal sealed record StickRequest(string? Options, string? Pi, string? BusId, string? UsbId, string? Name);

/// <summary>What came of it.</summary>
/// <param name="Text">For a person.</param>
/// <param name="Lines">To be pasted into a file of the person's own; null: it is done, or not to be done.</param>
/// <param name="Options">Which options are in force now.</param>
internal sealed record OptionsAnswerJson(string Text, string? Lines, string Options);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PiRequest))]
[JsonSerializable(typeof(StickRequest))]
[JsonSerializable(typeof(OptionsAnswerJson))]
internal sealed partial class OptionsRequestsJson : JsonSerializerContext;
