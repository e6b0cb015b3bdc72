using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Wire;

/// <summary>A status in words for a person.</summary>
public static class UsbIpStatusText
{
    public static string Describe(this UsbIpStatus status) => status switch
    {
        UsbIpStatus.Ok => "ok",
        UsbIpStatus.NotAvailable => "not available",
        UsbIpStatus.DeviceBusy => "the device is in use",
        UsbIpStatus.DeviceError => "the device is in error state",
        UsbIpStatus.NoSuchDevice => "no such device",
        UsbIpStatus.UnexpectedError => "the server could not serve the request",
        _ => $"status {FieldFormat.Number((uint)status)}",
    };
}
