namespace Longwire.Doctor;

/// <summary>Serials of the radios that are plugged in here.</summary>
internal sealed class PiTwinsCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "stick_serial", "The serial numbers of the radios that are plugged in here were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context) => Twins.Findings(CheckedRadio.PluggedIn(context), Question);
}
