namespace Longwire.UsbIp.Wire;

/// <summary>
/// Why a stick that is plugged in is not in the device list. Numbers without a name here come from a newer release and are kept.
/// </summary>
public enum NoticeReason : uint
{
    None = 0,

    /// <summary>Served to somebody.</summary>
    InUse = 1,

    /// <summary>A process on the Pi has its tty open.</summary>
    TtyOpen = 2,

    /// <summary>Bound for USB/IP by somebody else than the exporter.</summary>
    BoundByOther = 3,

    /// <summary>Not recognised as a radio with certainty.</summary>
    NotKnownRadio = 4,

    /// <summary>In error state; the exporter tries to recover it.</summary>
    ErrorState = 5,
}
