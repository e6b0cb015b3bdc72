namespace Longwire.UsbIp.Errors;

/// <summary>
/// Anything that goes wrong between us and a USB/IP peer. A deadline is not among them: it throws <see cref="TimeoutException"/>.
/// </summary>
public abstract class UsbIpException : IOException
{
    private protected UsbIpException()
    {
    }

    private protected UsbIpException(string message)
        : base(message)
    {
    }

    private protected UsbIpException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
