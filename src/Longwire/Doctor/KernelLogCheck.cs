using System.Globalization;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>What the Pi's kernel tells of its USB, from the oldest line that it still has.</summary>
internal sealed class KernelLogCheck : LocalCheck
{
    // What happened longer ago has mostly been put right since.
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(24);

    private const int QuotedLine = 90;

    public override Question Question { get; } = new("usb_errors", "The kernel's log was read for faults of USB.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        KernelLogReading log = context.ReadKernelLog(context.Sysfs);
        if (log.Access != KernelLogAccess.Granted)
        {
            // Root in a container has not the right either.
            yield return log.Access == KernelLogAccess.Denied && !context.IsInContainer
                ? Question.Unknown("This user may not read the kernel's log.", "Run 'sudo longwire doctor'")
                : Question.Unknown(
                    "The kernel's log cannot be seen from here.", "Run 'sudo dmesg | grep -i -E \"usb|voltage\"' on the machine itself");
            yield break;
        }
        TimeSpan? now = Uptime(context);
        bool any = false;
        foreach (KernelLogSign sign in KernelLogSign.All)
        {
            KernelLogRecord[] lines = [.. log.Records.Where(record => sign.Line.IsMatch(record.Text))];
            if (lines.Length < sign.Least) continue;
            any = true;
            yield return Tell(sign, lines, now);
        }
        if (!any) yield return Question.Ok("It tells of none.");
    }

    private Finding Tell(KernelLogSign sign, KernelLogRecord[] lines, TimeSpan? now)
    {
        Question question = Question.About(sign.Name);
        KernelLogRecord last = lines[^1];
        string times = lines.Length == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{lines.Length} times");
        TimeSpan? ago = now - last.SinceBoot;
        string when = ago is { } span ? $", last {Ago(span)}" : "";
        string found = $"{sign.What}: {times}{when} (\"{Printable.Of(last.Text, QuotedLine)}\").";
        return ago > s_fresh || sign.Least > 1 ? question.Note(found, sign.Remedy) : question.Problem(found, sign.Remedy);
    }

    private static string Ago(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} minutes ago"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} hours ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days ago"),
    };

    // "350735.47 234388.90": seconds since the start, and of idleness (proc_uptime(5)).
    private static TimeSpan? Uptime(DoctorContext context) => double.TryParse(
        KernelText.Read(Path.Combine(context.Sysfs.Proc, "uptime"))?.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture,
        out double seconds) && seconds is >= 0 and < 1e10
        ? TimeSpan.FromSeconds(seconds)
        : null;
}
