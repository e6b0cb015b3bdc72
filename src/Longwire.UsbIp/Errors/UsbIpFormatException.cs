namespace Longwire.UsbIp.Errors;

/// <summary>
/// Malformed bytes: a text without its closing zero, a number outside its range, a field cut short. The peer is broken, hostile or
/// not a USB/IP server at all; the same bytes will fail again.
/// </summary>
public sealed class UsbIpFormatException : UsbIpException
{
    public UsbIpFormatException()
    {
    }

    public UsbIpFormatException(string message)
        : base(message)
    {
    }

    public UsbIpFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
