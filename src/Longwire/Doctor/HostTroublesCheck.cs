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
        TroubledRadio[] radios =
        [
            .. from radio in context.RememberedRadios
               let id = UsbId.TryParse(radio.UsbId, out UsbId parsed) ? parsed : (UsbId?)null
               where id is not null
               select new TroubledRadio(
                   radio.Name, KnownRadios.Default.Recognise(id.Value, radio.Product, radio.Manufacturer)),
        ];
        return Troubles.Findings(radios, Question);
    }
}
