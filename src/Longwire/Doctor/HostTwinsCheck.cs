using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>Serials of the radios that attach remembers. The sticks themselves are not asked: those of a silent Pi do not answer.</summary>
internal sealed class HostTwinsCheck : LocalCheck
{
    public override Question Question { get; } = new("shared_serial", "The serial numbers of the remembered radios were compared.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        Twin[] sticks =
        [
            .. from radio in context.RememberedRadios
               let id = UsbId.TryParse(radio.UsbId, out UsbId parsed) ? parsed : (UsbId?)null
               where id is not null
               select new Twin(radio.Name, id.Value, radio.Serial, radio.SerialIsShared),
        ];
        return Twins.Findings(sticks, Question);
    }
}
