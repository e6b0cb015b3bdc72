namespace Longwire.UsbIp.Errors;

/// <summary>
/// The peer closed or reset the connection, or it was lost, before the answer was whole. Trying again may succeed.
/// </summary>
public sealed class UsbIpClosedException : UsbIpException
{
    public UsbIpClosedException()
    {
    }

    public UsbIpClosedException(string message)
        : base(message)
    {
    }

    public UsbIpClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Not a byte had come: servers do so with a client that they do not allow, with one for which they have no place, and when they fail.
    /// </summary>
    public bool Unanswered { get; init; }
}
