using Longwire.Attach.Memory;
using Longwire.Inventory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Doctor;

/// <summary>A radio that is compared with others, or with what is known of its kind.</summary>
/// <param name="Serial">Null: it has none, or it is not known.</param>
/// <param name="Recognition">Null: it is not known what it is.</param>
internal sealed record CheckedRadio(string Name, UsbId Id, string? Serial, Recognition? Recognition, bool IsSerialShared = false)
{
    /// <summary>Those at the ports of this Pi.</summary>
    public static CheckedRadio[] PluggedIn(DoctorContext context) =>
    [
        .. from stick in new LocalSticks(context.Sysfs, context.Export!, KnownRadios.Default).Read().Sticks
           where stick.Outlook is Outlook.Wanted or Outlook.NotOffered
           select new CheckedRadio($"{stick.Name} at {stick.BusId}", stick.Id, stick.Serial, stick.Recognition),
    ];

    /// <summary>
    /// Those that attach remembers, as they were when they were attached. The sticks are not asked: those of a silent Pi do not answer.
    /// </summary>
    public static CheckedRadio[] Remembered(DoctorContext context) => [.. context.RememberedRadios.Select(Of).OfType<CheckedRadio>()];

    private static CheckedRadio? Of(RadioMemory radio) => UsbId.TryParse(radio.UsbId, out UsbId id)
        ? new CheckedRadio(
            radio.Name, id, radio.Serial, KnownRadios.Default.Recognise(id, radio.Product, radio.Manufacturer), radio.SerialIsShared)
        : null;
}
