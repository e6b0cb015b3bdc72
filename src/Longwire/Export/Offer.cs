using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Export;

/// <summary>A stick as clients are told of it, in no protocol's words.</summary>
/// <param name="State">Free to be attached if <see cref="StickState.Offered"/>; else why it is not.</param>
internal sealed record Offer(SysfsUsbDevice Device, DeviceIdentity Identity, StickState State)
{
    public bool IsFree => State == StickState.Offered;
}
