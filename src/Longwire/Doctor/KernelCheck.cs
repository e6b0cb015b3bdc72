
namespace Longwire.Doctor;

/// <summary>Known trouble of the kernel that runs, with the sides that this machine has.</summary>
internal sealed class KernelCheck : LocalCheck
{
    private const string Remedy = "Update the system ('sudo apt full-upgrade'; in Home Assistant Settings → System → Updates), then "
        + "restart this machine";

    public override Question Question { get; } = new(
        "kernel_trouble", "The release of the kernel was compared with those of which trouble is known.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        KernelTrouble[] concerning = [.. KernelTrouble.All.Where(trouble => Concerns(trouble, context))];
        if (KernelRelease.Read(context.Sysfs) is not { } kernel)
        {
            yield return Question.Unknown("The kernel does not say its release here.", "Run 'uname -r' on the machine itself");
            yield break;
        }
        KernelTrouble[] known = [.. concerning.Where(trouble => kernel.Upstream is { } upstream && trouble.Has(upstream))];
        foreach (KernelTrouble trouble in known)
        {
            yield return Question.About(trouble.Name).Problem($"This is {kernel.Text}: {trouble.Known}.", Remedy);
        }
        if (known.Length > 0) yield break;
        yield return kernel.Upstream is null && concerning.Any(trouble => trouble.Touches(kernel.Series))
            ? Question.Unknown(
                $"Some kernels {kernel.Series} have trouble, and {kernel.Text} does not say which of them it is.",
                "Run 'cat /proc/version' on the machine itself, and update the system if its kernel is old")
            : Question.Ok($"Of {kernel.Text} none is known.");
    }

    private static bool Concerns(KernelTrouble trouble, DoctorContext context) => trouble switch
    {
        { Side: KernelSide.Pi } => context.Export is not null,
        { Only: { } only } => context.Attach is not null
            && context.RememberedRadios.Any(radio => radio.UsbId == only.ToString()),
        _ => context.Attach is not null,
    };
}
