using Longwire.Migration;

namespace Longwire.Doctor;

/// <summary>Others who serve sticks of this Pi: the classic recipe with usbipd, units and udev rules.</summary>
internal sealed class PiLeftoversCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "other_usbip_export", "It was looked for other USB/IP set-ups that take sticks on this Pi.");

    // Who listens on our ports is another check.
    protected override IEnumerable<Finding> Look(DoctorContext context) => Leftovers.Findings(
        new FormerSetup(context.FileRoot, context.Sysfs).OnPi(port: null), Question, context, "sudo longwire list",
        "systemctl list-units 'usbip*'");
}
