using Longwire.Options;

namespace Longwire.Doctor;

/// <summary>Entries of the options that cannot be used.</summary>
internal sealed class OptionsCheck : LocalCheck
{
    public override Question Question { get; } = new("options", "The options were read.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        foreach (OptionProblem problem in context.OptionProblems)
        {
            yield return Question.About(problem.Path).Problem(
                problem.ToString(), "Correct that entry, and save: what is right in the options counts meanwhile");
        }
        if (context.OptionProblems.IsEmpty) yield return Question.Ok("Every entry can be used.");
    }
}
