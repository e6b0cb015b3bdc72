namespace Longwire.Doctor;

/// <summary>What is checked. An answer to it is a finding.</summary>
internal sealed record Question(string Id, string Checked, string? Subject = null)
{
    public Finding Ok(string found) => Answer(FindingLevel.Ok, found, remedy: null);

    public Finding Note(string found, string? remedy = null) => Answer(FindingLevel.Note, found, remedy);

    public Finding Problem(string found, string remedy) => Answer(FindingLevel.Problem, found, remedy);

    /// <param name="remedy">Where it can be seen, with the command to run there.</param>
    public Finding Unknown(string found, string remedy) => Answer(FindingLevel.Unknown, found, remedy);

    public Question About(string subject) => this with { Subject = subject };

    private Finding Answer(FindingLevel level, string found, string? remedy) => new(
        Id, Subject, level, FindingText.Of(Checked), FindingText.Of(found), remedy is null ? null : FindingText.Of(remedy));
}
