namespace Longwire.UsbIp.Errors;

/// <summary>
/// The connection is fine and the device behind it is not: a transfer that must succeed ended with an error. It is being unplugged, or
/// broken.
/// </summary>
public sealed class UsbIpTransferException : UsbIpException
{
    public UsbIpTransferException()
    {
    }

    public UsbIpTransferException(string message)
        : base(message)
    {
    }

    public UsbIpTransferException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public UsbIpTransferException(string message, int status)
        : base(message) => Status = status;

    /// <summary>The URB's status: a negative errno of Linux, whatever system the server runs.</summary>
    public int Status { get; }
}
