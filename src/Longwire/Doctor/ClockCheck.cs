using System.Globalization;
using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>
/// A Pi has no clock that runs without power: without a time server pairing codes, certificates and every "connected since" are wrong.
/// </summary>
internal sealed class ClockCheck : LocalCheck
{
    private const string Kept = "Switch a time server on: 'sudo timedatectl set-ntp true', or install chrony. 'timedatectl' shows it";

    private static readonly Question s_synchronised = new("clock_synchronised", "The kernel was asked whether something keeps its clock "
        + "right.");

    public override Question Question { get; } = new("clock", "The clock of this machine was compared with the day of this release.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        DateTimeOffset now = context.Time.GetUtcNow();
        string today = now.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        yield return now < ProgramVersion.Released
            ? Question.Problem(
                $"It says {today} UTC, which was before this release was made. Certificates and pairing codes look as if they were not yet "
                    + "valid, or as if they were too old.",
                Kept)
            : Question.Ok($"It says {today} UTC, which may be right.");
        yield return context.ReadClock() switch
        {
            { IsSynchronised: true } => s_synchronised.Ok("Something keeps it right."),
            { IsSynchronised: false } => s_synchronised.Note("Nothing keeps it right: it drifts, and after a loss of power it may be "
                + "wrong.", Kept),
            null => s_synchronised.Unknown(
                "The kernel does not say so here.", "Run 'timedatectl' on the machine itself: 'System clock synchronized' should say yes"),
        };
    }
}
