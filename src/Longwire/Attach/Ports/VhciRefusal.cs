using System.Globalization;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>Why vhci_hcd did not take a stick, in words.</summary>
internal static class VhciRefusal
{
    public static string Of(KernelRefusedException refusal, UsbSpeed speed) => refusal.ErrorNumber switch
    {
        // A port or a speed that it has not, or a socket that is none (attach_store, drivers/usb/usbip/vhci_sysfs.c).
        Errno.InvalidArgument => string.Create(
            CultureInfo.InvariantCulture,
            $"the kernel's vhci_hcd does not take a stick of this speed ({(uint)speed}), or the connection to the Pi ended just then "
                + $"({refusal.Message})"),
        Errno.TryAgain => $"the kernel's vhci_hcd is not ready yet ({refusal.Message})",
        Errno.NoMemory => $"the kernel is out of memory ({refusal.Message})",
        Errno.NoEntry or Errno.NoDevice => $"{PortSession.NoVhci} ({refusal.Message})",
        Errno.NoPermission or Errno.AccessDenied or Errno.ReadOnlyFileSystem =>
            $"the kernel does not let Longwire use vhci_hcd: run it as root with a writable /sys ({refusal.Message})",
        _ => $"the kernel's vhci_hcd refused the stick ({refusal.Message})",
    };
}
