using System.Globalization;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>
/// Whether a Raspberry Pi has had enough power. Too little of it is what most lost sticks are lost by, and it looks like anything else.
/// </summary>
internal sealed class PowerCheck : LocalCheck
{
    // Bits of get_throttled (documented with vcgencmd): now, and since the start.
    private const uint Now = 0x1;
    private const uint Since = 0x10000;

    private const string Remedy = "Use the Pi's own power supply (5.1 V, 3 A; 5 A for a Pi 5) with its own cable, and a powered USB hub "
        + "for sticks and disks. Then restart the Pi, which forgets what was";

    public override Question Question { get; } = new("power", "The Pi was asked whether its power was ever too low.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        uint? throttled = Throttled(context);
        bool? alarm = UnderVoltageSensor.Read(context.Sysfs);
        KernelLogReading log = context.ReadKernelLog(context.Sysfs);
        int told = log.Records.Count(record => IsAboutPower(record.Text));
        if (throttled is { } bits && (bits & Now) != 0) yield return Question.Problem("Its power is too low right now.", Remedy);
        else if (throttled is { } before && (before & Since) != 0) yield return Low("Its power was too low since it was started");
        else if (alarm == true) yield return Low("Its power was too low a moment ago");
        else if (told > 0) yield return Low("Its power was too low since it was started");
        // The sensor tells of now alone.
        else if (throttled is null && (alarm is null || log.Access != KernelLogAccess.Granted))
        {
            yield return Question.Unknown(
                "This machine does not say so here.", "On a Raspberry Pi run 'vcgencmd get_throttled' on the machine itself: 0x0 is good");
        }
        else yield return Question.Ok("It was not.");

        Finding Low(string found) => Question.Problem(
            told > 0 ? string.Create(CultureInfo.InvariantCulture, $"{found}; the kernel's log tells of it {told} times.") : found, Remedy);
    }

    // The kernel wrote it with a hyphen; raspberrypi-hwmon writes it without. From the line's start: a stick's texts are in the log too.
    private static bool IsAboutPower(string text) =>
        text.StartsWith("Under-voltage detected!", StringComparison.Ordinal)
        || (text.StartsWith("hwmon hwmon", StringComparison.Ordinal)
            && text.EndsWith("voltage detected!", StringComparison.Ordinal));

    private static uint? Throttled(DoctorContext context) => uint.TryParse(
        KernelText.Read(Path.Combine(context.Sysfs.Sys, "devices/platform/soc/soc:firmware/get_throttled")),
        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint bits)
        ? bits
        : null;
}
