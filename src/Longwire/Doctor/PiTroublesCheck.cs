namespace Longwire.Doctor;

/// <summary>Known trouble of the radios that are plugged in here.</summary>
internal sealed class PiTroublesCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "stick_trouble", "The list of known troubles was searched for the radios that are plugged in here.");

    protected override IEnumerable<Finding> Look(DoctorContext context) => Troubles.Findings(CheckedRadio.PluggedIn(context), Question);
}
