using Longwire.Inventory;
using Longwire.Radios;

namespace Longwire.Doctor;

/// <summary>Serials of the radios that are plugged in here.</summary>
internal sealed class PiTwinsCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "stick_serial", "The serial numbers of the radios that are plugged in here were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        StickList list = new LocalSticks(context.Sysfs, context.Export!, KnownRadios.Default).Read();
        Twin[] sticks =
        [
            .. from stick in list.Sticks
               where stick.Outlook is Outlook.Wanted or Outlook.NotOffered
               select new Twin($"{stick.Name} at {stick.BusId}", stick.Id, stick.Serial),
        ];
        return Twins.Findings(sticks, Question);
    }
}
