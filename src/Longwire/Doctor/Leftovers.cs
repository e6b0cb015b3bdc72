using System.Collections.Immutable;
using Longwire.Migration;

namespace Longwire.Doctor;

/// <summary>What is left of an earlier set-up, as findings.</summary>
internal static class Leftovers
{
    /// <param name="list">Prints all that is to be pasted.</param>
    /// <param name="command">Shows them on the machine itself.</param>
    public static IEnumerable<Finding> Findings(
        ImmutableArray<FormerSetupPart> parts, Question question, DoctorContext context, string list, string command)
    {
        // Lines that load a module are left over, and do no harm.
        HashSet<string> harmless = [.. new ModuleLines(context.FileRoot).Find().Select(part => part.What)];
        foreach (FormerSetupPart part in parts)
        {
            string commands = string.Join(" && ", part.Commands.Select(line => "sudo " + line));
            string remedy = $"Run: {commands}";
            // Half a command is worse than none.
            if (remedy.Length >= FindingText.Longest) remedy = $"Run '{list}', which prints the commands that end it";
            yield return harmless.Contains(part.What)
                ? question.About(part.What).Note(part.What, remedy)
                : question.About(part.What).Problem(part.What, remedy);
        }
        if (!parts.IsEmpty) yield break;
        yield return context.IsInContainer
            ? question.Unknown(
                "From this container the machine's units and rules cannot be seen.",
                $"Where the machine has a shell, run '{command}' there; Home Assistant OS has none of them, only other apps: see "
                    + "Settings → Apps")
            : question.Ok("There is none.");
    }
}
