using System.Text.Json.Serialization;
using Longwire.Doctor;

namespace Longwire.Web.Pages;

/// <summary><c>GET api/doctor</c>: what the checks found when they ran last.</summary>
/// <param name="Running">They run now; what is there besides is of the time before.</param>
/// <param name="At">When they ended; null: they have not run since the start.</param>
/// <param name="Findings">The bad ones first.</param>
internal sealed record DoctorRound(bool Running, DateTimeOffset? At, IReadOnlyList<FindingJson> Findings)
{
    public static DoctorRound None { get; } = new(false, null, []);
}

/// <inheritdoc cref="Finding"/>
internal sealed record FindingJson(string Id, string? Subject, string Level, string Checked, string Found, string? Remedy)
{
    /// <summary>Problems, then what cannot be seen, then what is worth knowing, then what is fine; in the order of the checks.</summary>
    public static IReadOnlyList<FindingJson> Of(IEnumerable<Finding> findings) =>
    [
        .. findings.OrderBy(finding => finding.Level switch
        {
            FindingLevel.Problem => 0,
            FindingLevel.Unknown => 1,
            FindingLevel.Note => 2,
            _ => 3,
        }).Select(finding => new FindingJson(
            finding.Id, finding.Subject, finding.Level.Name(), finding.Checked, finding.Found, finding.Remedy)),
    ];
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DoctorRound))]
internal sealed partial class DoctorRoundJson : JsonSerializerContext;
