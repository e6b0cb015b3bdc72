namespace Longwire.UsbIp.Errors;

/// <summary>
/// Well-formed bytes that break the protocol's order: another version, another operation's answer, a sequence number or a bus id
/// that nobody asked for, more data than was asked for.
/// </summary>
public sealed class UsbIpProtocolException : UsbIpException
{
    public UsbIpProtocolException()
    {
    }

    public UsbIpProtocolException(string message)
        : base(message)
    {
    }

    public UsbIpProtocolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
