namespace Longwire.Doctor;

/// <summary>Serials of the radios that attach remembers.</summary>
internal sealed class HostTwinsCheck : LocalCheck
{
    public override Question Question { get; } = new("shared_serial", "The serial numbers of the remembered radios were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context) => Twins.Findings(CheckedRadio.Remembered(context), Question);
}
