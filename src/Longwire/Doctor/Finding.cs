namespace Longwire.Doctor;

/// <summary>One answer, in whole sentences for people who never read a log. No secret is in any of them.</summary>
/// <param name="Id">What was checked. Never changed: programs know it by this.</param>
/// <param name="Subject">Of what, where there may be several: a Pi's name, a module, a stick; null: of this machine.</param>
/// <param name="Checked">What was looked at.</param>
/// <param name="Found">What was seen there.</param>
/// <param name="Remedy">What to do; null: nothing.</param>
internal sealed record Finding(string Id, string? Subject, FindingLevel Level, string Checked, string Found, string? Remedy);
