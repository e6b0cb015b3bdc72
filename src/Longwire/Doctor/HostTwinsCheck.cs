using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Inventory;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Serials of the radios that attach remembers. The sticks themselves are not asked: those of a silent Pi do not answer.</summary>
internal sealed class HostTwinsCheck : LocalCheck
{
    public override Question Question { get; } = new("shared_serial", "The serial numbers of the remembered radios were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        ImmutableArray<RadioMemory> known = context.Memory?.ReadIfPossible(out _) ?? [];
        Twin[] sticks =
        [
            .. from radio in known
               where UsbId.TryParse(radio.UsbId, out _)
               select new Twin(radio.Name, UsbId.Parse(radio.UsbId), radio.Serial, radio.SerialIsShared),
        ];
        return Twins.Findings(sticks, Question);
    }
}
