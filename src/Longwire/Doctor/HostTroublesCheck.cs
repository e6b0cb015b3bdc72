namespace Longwire.Doctor;

/// <summary>Known trouble of the radios that attach remembers.</summary>
internal sealed class HostTroublesCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "radio_trouble", "The list of known troubles was searched for the remembered radios.");

    protected override IEnumerable<Finding> Look(DoctorContext context) => Troubles.Findings(CheckedRadio.Remembered(context), Question);
}
