using System.Globalization;
using Longwire.Options;

namespace Longwire.Doctor;

/// <summary>Entries of the options that cannot be used.</summary>
internal sealed class OptionsCheck : LocalCheck
{
    private static readonly Question s_pis = new("pis_named", "The Pis that the options name were counted.");

    public override Question Question { get; } = new("options", "The options were read.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        foreach (OptionProblem problem in context.OptionProblems)
        {
            yield return Question.About(problem.Path).Problem(
                problem.ToString(), "Correct that entry, and save: what is right in the options counts meanwhile");
        }
        if (context.OptionProblems.IsEmpty) yield return Question.Ok("Every entry can be used.");
        if (context.Attach is not { Pis: var pis }) yield break;
        yield return pis.IsEmpty
            ? s_pis.Problem(
                "There is none, so there is nowhere to get a radio from.",
                "Write one under pis: its address, and as pairing_code what 'sudo longwire pair' prints on it")
            : s_pis.Ok(pis.Length == 1 ? "There is one." : string.Create(CultureInfo.InvariantCulture, $"There are {pis.Length}."));
    }
}
