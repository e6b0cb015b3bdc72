using System.Text.Json.Serialization;
using Longwire.Doctor;

namespace Longwire.Web.Api;

/// <summary><c>GET api/doctor</c>: what the checks found when they ran last.</summary>
/// <param name="Running">They run now; what is there besides is of the time before.</param>
/// <param name="At">When they ended; null: they have not run since the start.</param>
/// <param name="Findings">By <see cref="FindingLevels.WorstFirst"/>, then in the order of the checks.</param>
internal sealed record DoctorRound(bool Running, DateTimeOffset? At, IReadOnlyList<FindingJson> Findings)
{
    public static DoctorRound None { get; } = new(false, null, []);

    public static DoctorRound Ended(DateTimeOffset at, IEnumerable<Finding> findings) =>
        new(false, at, [.. findings.WorstFirst().Select(FindingJson.Of)]);
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DoctorRound))]
internal sealed partial class DoctorRoundJson : JsonSerializerContext;
