namespace Longwire.UsbIp.UsbipHost;

/// <summary>
/// usbip-host remembers 16 bus ids for as long as it is loaded (MAX_BUSID, drivers/usb/usbip/stub_main.c) and all places are taken.
/// Taking one out of the table can crash the kernel, so there is no way back but a reboot.
/// </summary>
public sealed class BusIdTableFullException : IOException
{
    private const string Sentence =
        "usbip-host can serve 16 different USB ports until this machine is rebooted, and all are used up: reboot it, then keep to the "
            + "same ports";

    public BusIdTableFullException()
        : base(Sentence)
    {
    }

    public BusIdTableFullException(string message)
        : base(message)
    {
    }

    public BusIdTableFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal BusIdTableFullException(Exception innerException)
        : base(Sentence, innerException)
    {
    }
}
