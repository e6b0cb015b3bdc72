using System.Net.Sockets;

namespace Longwire.UsbIp.Errors;

/// <summary>No connection came about: the name is unknown, nobody listens, or the network has no way there.</summary>
public sealed class UsbIpConnectException : UsbIpException
{
    public UsbIpConnectException()
    {
    }

    public UsbIpConnectException(string message)
        : base(message)
    {
    }

    public UsbIpConnectException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the operating system said of the last address tried, or of the name.</summary>
    public SocketError SocketErrorCode => InnerException is SocketException socket ? socket.SocketErrorCode : SocketError.SocketError;
}
