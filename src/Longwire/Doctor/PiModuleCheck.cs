namespace Longwire.Doctor;

/// <summary>usbip-host, which serves the Pi's sticks.</summary>
internal sealed class PiModuleCheck() : UsbIpModuleCheck("usbip-host", "longwire export");
