using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Sticks of one kind that nothing but their place tells apart: their maker gave many of them one serial, or none.</summary>
internal static class Twins
{
    public static IEnumerable<Finding> Findings(IReadOnlyCollection<CheckedRadio> sticks, Question question)
    {
        bool any = false;
        foreach (IGrouping<UsbId, CheckedRadio> alike in sticks.GroupBy(stick => stick.Id).Where(group => group.Count() > 1))
        {
            CheckedRadio[] unclear = [.. alike.Where(stick => !IsOwn(stick, alike))];
            if (unclear.Length == 0) continue;
            any = true;
            string names = string.Join(" and ", unclear.Select(stick => stick.Name)), have = unclear.Length == 1 ? "has" : "have";
            yield return question.About(alike.Key.ToString()).Note(
                $"{names} ({alike.Key}) {have} a serial number that others have, too, or none: only the "
                    + "port tells which is which, and one name below /dev/serial/by-id may mean several.",
                "Do not swap such sticks between ports, and give your programs the path that Longwire shows for each");
        }
        if (!any && sticks.Count > 0) yield return question.Ok("Nothing but its own stick has each of them.");
    }

    private static bool IsOwn(CheckedRadio stick, IEnumerable<CheckedRadio> alike) =>
        KnownRadios.Default.IsOwnSerial(stick.Id, stick.Serial) && !stick.IsSerialShared
            && alike.Count(other => other.Serial == stick.Serial) == 1;
}
