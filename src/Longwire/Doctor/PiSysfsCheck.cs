namespace Longwire.Doctor;

/// <summary>Where export tells the kernel which stick to take from its own driver.</summary>
internal sealed class PiSysfsCheck() : SysfsCheck("bus/usb/drivers/usbip-host/match_busid");
