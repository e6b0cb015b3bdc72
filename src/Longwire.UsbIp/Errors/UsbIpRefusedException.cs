namespace Longwire.UsbIp.Errors;

/// <summary>The server understood and said no: <see cref="Status"/> is its reason.</summary>
public sealed class UsbIpRefusedException : UsbIpException
{
    public UsbIpRefusedException()
    {
    }

    public UsbIpRefusedException(string message)
        : base(message)
    {
    }

    public UsbIpRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public UsbIpRefusedException(string message, UsbIpStatus status)
        : base(message) => Status = status;

    /// <summary>The reason as the server numbered it; numbers that have no name here are kept.</summary>
    public UsbIpStatus Status { get; }
}
