namespace Longwire.UsbIp.Proxy;

/// <summary>
/// Chips whose requests mean something else than the same bytes do to others: they write registers, with the register in wValue. From their
/// drivers' sources (drivers/usb/serial of Linux), not measured.
/// </summary>
public enum SerialChip
{
    /// <summary>CDC ACM, FTDI, CP210x and whatever nobody has looked at.</summary>
    Other,

    /// <summary>ch341.c: 0x40 0x9A.</summary>
    Ch341,

    /// <summary>pl2303.c: 0x40 0x01, and 0x40 0x80 of the HXN.</summary>
    Pl2303,
}
