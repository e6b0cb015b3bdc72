using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>A stick among those that are compared.</summary>
/// <param name="Serial">Null: it has none, or it is not known.</param>
internal sealed record Twin(string Name, UsbId Id, string? Serial, bool IsKnownShared = false);

/// <summary>Sticks of one kind that nothing but their place tells apart: their maker gave many of them one serial, or none.</summary>
internal static class Twins
{
    public static IEnumerable<Finding> Findings(IReadOnlyCollection<Twin> sticks, Question question)
    {
        bool any = false;
        foreach (IGrouping<UsbId, Twin> alike in sticks.GroupBy(stick => stick.Id).Where(group => group.Count() > 1))
        {
            Twin[] unclear = [.. alike.Where(stick => !IsOwn(stick, alike))];
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

    private static bool IsOwn(Twin stick, IEnumerable<Twin> alike) =>
        KnownRadios.Default.IsOwnSerial(stick.Id, stick.Serial) && !stick.IsKnownShared
            && alike.Count(other => other.Serial == stick.Serial) == 1;
}
