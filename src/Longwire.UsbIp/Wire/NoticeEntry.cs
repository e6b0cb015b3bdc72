using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>A stick that is plugged in at the exporter and not in its device list.</summary>
public readonly record struct NoticeEntry(BusId BusId, UsbId Id, NoticeReason Reason);
