using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Urbs;

/// <summary>
/// The statuses of a URB that the proxy gives or looks for: a negative errno (Documentation/driver-api/usb/error-codes.rst).
/// </summary>
internal static class UrbStatus
{
    public const int Success = 0;

    /// <summary>-ENOENT: the URB was taken back, by somebody who waited for it.</summary>
    private const int TakenBackAndAwaited = -2;

    /// <summary>-ENOMEM: there is no room for the URB.</summary>
    public const int NoMemory = -12;

    /// <summary>-ENODEV: the device is gone.</summary>
    public const int NoDevice = -19;

    /// <summary>-EINVAL: an isochronous URB, which no serial port has.</summary>
    public const int Invalid = -22;

    /// <summary>-ETIME: the device did not answer on the bus in time.</summary>
    private const int BusTime = -62;

    /// <summary>-EPROTO: the device did not answer on the bus.</summary>
    public const int Protocol = -71;

    /// <summary>-EOVERFLOW: more came than there was room for.</summary>
    public const int Overflow = -75;

    /// <summary>-EILSEQ: what came from the bus was garbled.</summary>
    private const int Garbled = -84;

    /// <summary>-ECONNRESET: the URB was taken back.</summary>
    public const int TakenBack = -104;

    /// <summary>-ESHUTDOWN: the device, or the endpoint, was disabled.</summary>
    public const int Shutdown = -108;

    /// <summary>-ETIMEDOUT: whoever asked the device gave up waiting.</summary>
    private const int TimedOut = -110;

    /// <summary>-EINPROGRESS: not a result.</summary>
    public const int InProgress = -115;

    /// <summary>MAX_ERRNO (include/linux/err.h).</summary>
    public const int MaxErrno = 4095;

    /// <summary>
    /// A driver that is told this stops asking, and nothing wakes it again. usbip-host says it of every URB when the stick goes, just
    /// before it ends the connection.
    /// </summary>
    public static bool MeansGone(int status) => status is Shutdown or NoDevice;

    public static UrbErrorKind KindOf(int status) => status switch
    {
        Success or TakenBack or TakenBackAndAwaited => UrbErrorKind.None,
        RetSubmit.Stall => UrbErrorKind.Stall,
        Protocol or Garbled or BusTime or TimedOut or Overflow => UrbErrorKind.Bus,
        Shutdown or NoDevice => UrbErrorKind.Gone,
        _ => UrbErrorKind.Other,
    };
}
