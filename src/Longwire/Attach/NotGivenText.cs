using System.Globalization;
using Longwire.UsbIp.Errors;

namespace Longwire.Attach;

/// <summary>Why a Pi did not give a stick that it was asked for, in words.</summary>
internal static class NotGivenText
{
    public static string Of(UsbIpStatus status) => status switch
    {
        UsbIpStatus.DeviceBusy => "somebody else has it",
        UsbIpStatus.DeviceError => "the Pi reports the stick in error state: unplug it and plug it in again, or on a stock Pi bind it anew "
            + "(usbip unbind -b, then usbip bind -b)",
        UsbIpStatus.NoSuchDevice => "the Pi says that it has no such stick to give: it is unplugged, or not bound there",
        // Servers before Linux 4.17 say it of all.
        UsbIpStatus.NotAvailable => "the Pi says that it is not available: somebody else has it, it is in error state, or not bound there",
        UsbIpStatus.UnexpectedError => "the Pi says that it could not serve the request: see the log of its export or usbipd",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"the Pi does not give it, for a reason that is not known here (status {(uint)status})"),
    };
}
