using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Inventory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Radios that nothing but their place tells apart: their maker gave many of them one serial, or none.</summary>
internal sealed class SharedSerialsCheck : LocalCheck
{
    public override Question Question { get; } = new("shared_serial", "The serial numbers of the remembered radios were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        ImmutableArray<RadioMemory> known = context.Memory?.ReadIfPossible(out _) ?? [];
        List<Finding> found = [];
        foreach (IGrouping<string, RadioMemory> alike in known.GroupBy(radio => radio.UsbId).Where(group => group.Count() > 1))
        {
            RadioMemory[] unclear = [.. alike.Where(radio => !IsOwn(radio, alike))];
            if (unclear.Length == 0) continue;
            string names = string.Join(" and ", unclear.Select(radio => radio.Name));
            found.Add(Question.About(alike.Key).Note(
                $"{names} ({alike.Key}) {(unclear.Length == 1 ? "has" : "have")} a serial number that others have, too, or none: only the "
                    + "port tells which is which, and one name below /dev/serial/by-id may mean several.",
                "Do not swap such sticks between ports, and give your programs the path that Longwire shows for each"));
        }
        if (found.Count == 0 && !known.IsEmpty) found.Add(Question.Ok("Each tells its radio from the others."));
        return found;
    }

    private static bool IsOwn(RadioMemory radio, IEnumerable<RadioMemory> alike) =>
        UsbId.TryParse(radio.UsbId, out UsbId id) && KnownRadios.Default.IsOwnSerial(id, radio.Serial) && !radio.SerialIsShared
            && alike.Count(other => other.Serial == radio.Serial) == 1;
}
