using System.Globalization;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>Whether longwire attach itself runs here.</summary>
internal sealed class AttachRunsCheck : LocalCheck
{
    public override Question Question { get; } = new("attach_runs", "It was looked for a running longwire attach.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        if (context.IsAttach)
        {
            yield return Question.Ok("It runs, and has made these checks.");
            yield break;
        }
        RunningProcess? running = RunningProcess.Named(context.Sysfs, "longwire").FirstOrDefault(process => IsAttach(process, context));
        yield return running is not null
            ? Question.Ok($"It runs: {running}.")
            : Visibility.OfProcesses(context)
                ? Question.Problem(
                    "It does not run, so no radio is attached.",
                    "Start it: 'sudo systemctl start longwire-attach', or 'docker compose up -d'. 'journalctl -u longwire-attach' says why "
                        + "it ended")
                : Question.Unknown(
                    "Whether it runs cannot be seen from here.",
                    "Run 'systemctl status longwire-attach' on the machine itself, or 'docker compose ps'");
    }

    // The first argument is the command; doctor itself may have the word as its second.
    private static bool IsAttach(RunningProcess process, DoctorContext context)
    {
        string folder = Path.Combine(context.Sysfs.Proc, process.Id.ToString(CultureInfo.InvariantCulture));
        return KernelText.Read(Path.Combine(folder, "cmdline"))?.Split('\0') is [_, "attach", ..];
    }
}
