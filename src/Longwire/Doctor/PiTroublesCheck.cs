using Longwire.Inventory;
using Longwire.Radios;

namespace Longwire.Doctor;

/// <summary>Known trouble of the radios that are plugged in here.</summary>
internal sealed class PiTroublesCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "stick_trouble", "The list of known troubles was searched for the radios that are plugged in here.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        StickList list = new LocalSticks(context.Sysfs, context.Export!, KnownRadios.Default).Read();
        TroubledRadio[] radios =
        [
            .. from stick in list.Sticks
               where stick.Outlook is Outlook.Wanted or Outlook.NotOffered
               select new TroubledRadio($"{stick.Name} at {stick.BusId}", stick.Recognition),
        ];
        return Troubles.Findings(radios, Question);
    }
}
