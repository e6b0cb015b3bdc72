using System.Globalization;
using Longwire.Export.Link;

namespace Longwire.Doctor;

/// <summary>Whether anybody may have the radios of this Pi.</summary>
internal sealed class HostsLetInCheck : LocalCheck
{
    public override Question Question { get; } = new("hosts_let_in", "It was looked at which hosts may have the radios of this Pi.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        yield return Tell(context);
    }

    private Finding Tell(DoctorContext context)
    {
        int allowed = context.Export!.Stock.Allow.Length, paired;
        try
        {
            paired = new EnrolmentStore(context.DataFolder).Read().Enrolled.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !context.IsPrivileged)
        {
            return Question.Unknown("This user may not read which hosts are paired.", "Run 'sudo longwire doctor'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Question.Problem(
                $"Which hosts are paired cannot be read: {e.Message.TrimEnd('.')}.",
                "Put that file back from a backup, or remove it, and pair every host anew: 'sudo longwire pair' prints the code");
        }
        string found = string.Create(
            CultureInfo.InvariantCulture, $"{paired} paired, and {allowed} named as addresses or networks for stock USB/IP.");
        return paired + allowed > 0
            ? Question.Ok(found)
            : Question.Problem(
                "None may.",
                "Run 'sudo longwire pair' here, and paste the code that it prints into pairing_code of this Pi in the host's options");
    }
}
