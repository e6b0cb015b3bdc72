using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Inventory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Known trouble of the radios that attach remembers. What they are is known from when they were attached.</summary>
internal sealed class HostTroublesCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "radio_trouble", "The list of known troubles was searched for the remembered radios.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        ImmutableArray<RadioMemory> known = context.Memory?.ReadIfPossible(out _) ?? [];
        TroubledRadio[] radios =
        [
            .. from radio in known
               where UsbId.TryParse(radio.UsbId, out _)
               select new TroubledRadio(
                   radio.Name, KnownRadios.Default.Recognise(UsbId.Parse(radio.UsbId), radio.Product, radio.Manufacturer)),
        ];
        return Troubles.Findings(radios, Question);
    }
}
