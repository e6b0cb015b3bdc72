using Longwire.Migration;

namespace Longwire.Doctor;

/// <summary>Others who attach radios here: the classic recipe, another USB/IP app.</summary>
internal sealed class HostLeftoversCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "other_usbip_attach", "It was looked for other USB/IP set-ups that attach radios to this machine.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        var former = new FormerSetup(context.FileRoot, context.Sysfs);
        return Leftovers.Findings(
            [.. former.PortsOfOthers(context.Attach!.Pis, context.RememberedRadios), .. former.FilesOnHost()], Question, context,
            $"sudo longwire list {context.Attach.Pis.FirstOrDefault()?.Id ?? "PI"}", "systemctl list-units 'usbip*' 'vhci*'");
    }
}
