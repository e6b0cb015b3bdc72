namespace Longwire.Doctor;

/// <summary>
/// A <see cref="Finding"/> as <c>longwire doctor --json</c> and the page have it. Part of the contract: every key always there, null if
/// there is nothing to say; keys are added, never renamed.
/// </summary>
/// <param name="Id">What was checked; with <see cref="Subject"/> the same thing at every run.</param>
/// <param name="Level">ok, note, problem or unknown.</param>
internal sealed record FindingJson(string Id, string? Subject, string Level, string Checked, string Found, string? Remedy)
{
    public static FindingJson Of(Finding finding) =>
        new(finding.Id, finding.Subject, finding.Level.Name(), finding.Checked, finding.Found, finding.Remedy);
}
