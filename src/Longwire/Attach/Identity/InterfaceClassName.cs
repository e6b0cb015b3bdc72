using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>What people call an interface of a class that they did not expect on a radio.</summary>
internal static class InterfaceClassName
{
    public static string Of(UsbInterfaceClass shown) => shown switch
    {
        _ when InterfaceKind.IsRndis(shown) => "class 02, subclass 02, protocol ff (RNDIS network card)",
        { Class: 0x02 } => $"class 02, subclass {shown.SubClass:x2}{CommunicationsKindOf(shown.SubClass)}",
        _ => $"class {shown.Class:x2}{KindOf(shown.Class)}",
    };

    // USB CDC 1.2, table 4.
    private static string CommunicationsKindOf(byte subClass) => subClass switch
    {
        0x06 or 0x0C or 0x0D or 0x0E => " (network card)",
        _ => "",
    };

    private static string KindOf(byte interfaceClass) => interfaceClass switch
    {
        0x01 => " (audio)",
        0x03 => " (keyboard, mouse, UPS or the like)",
        0x06 => " (camera)",
        0x07 => " (printer)",
        0x08 => " (storage)",
        0x09 => " (hub)",
        0x0E => " (video)",
        0xE0 => " (Bluetooth or network)",
        _ => "",
    };
}
