using System.Globalization;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Vhci;

namespace Longwire.Doctor;

/// <summary>What the kernel tells of USB, from the oldest line that it still has.</summary>
/// <param name="signs">What is looked for.</param>
/// <param name="onVirtualBuses">On those of vhci_hcd, else on all others. Where a machine is both sides, each has its own.</param>
/// <param name="words">What a person searches the log for who has to read it elsewhere.</param>
internal abstract class KernelLogCheck(IReadOnlyList<KernelLogSign> signs, bool onVirtualBuses, params string[] words) : LocalCheck
{
    // What happened longer ago has mostly been put right since.
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(24);

    private const int QuotedLine = 90;

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        KernelLogReading log = context.ReadKernelLog(context.Sysfs);
        if (log.Access != KernelLogAccess.Granted)
        {
            yield return Unseen(log.Access, context);
            yield break;
        }
        HashSet<int> virtualBuses = [.. new VhciHost(context.Sysfs).ReadRootHubs().Select(hub => hub.BusNumber)];
        // A line that names no bus may be about any.
        KernelLogRecord[] ours =
        [
            .. log.Records.Where(
                record => KernelLogBus.Of(record.Text) is not { } bus || virtualBuses.Contains(bus) == onVirtualBuses),
        ];
        TimeSpan? now = Uptime(context);
        bool any = false;
        foreach (KernelLogSign sign in signs)
        {
            KernelLogRecord[] lines = [.. ours.Where(record => sign.Line.IsMatch(record.Text))];
            if (lines.Length < sign.Least) continue;
            any = true;
            yield return Tell(sign, lines, now);
        }
        if (!any) yield return Question.Ok("It tells of none.");
    }

    private Finding Unseen(KernelLogAccess access, DoctorContext context)
    {
        // Root in a container has not the right either.
        if (access == KernelLogAccess.Denied && !context.IsInContainer)
        {
            return Question.Unknown("This user may not read the kernel's log.", "Run 'sudo longwire doctor'");
        }
        string each = NameList.Of(words, words.Length);
        return Question.Unknown(
            "The kernel's log cannot be seen from here.",
            ContainerImage.IsUnderSupervisor(context.Environment)
                ? $"Open Settings → System → Logs, choose Host, and search for {each}"
                : $"Run 'sudo dmesg | grep -i -E \"{string.Join('|', words)}\"' on the machine itself");
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
