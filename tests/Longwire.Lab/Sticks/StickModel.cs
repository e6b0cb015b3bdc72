namespace Longwire.Lab.Sticks;

/// <summary>What a stick says of itself. The rest is emulated: a true USB device with drivers bound by the usual rules.</summary>
/// <param name="VendorId">Four hexadecimal digits.</param>
/// <param name="ProductId">Four hexadecimal digits.</param>
/// <param name="Serial">Empty for a stick that has none.</param>
/// <param name="Ports">Serial ports (CDC ACM functions); 0 for a stick that only claims to be a radio.</param>
/// <param name="Keyboard">With a HID function, as a bad guest has it.</param>
/// <param name="Release">bcdDevice, four hexadecimal digits; empty: whatever the kernel gives to what it emulates.</param>
public sealed record StickModel(
    string VendorId,
    string ProductId,
    string Serial,
    string Manufacturer,
    string Product,
    int Ports = 1,
    bool Keyboard = false,
    StickChip Chip = StickChip.Acm,
    string Release = "")
{
    /// <summary>A Z-Wave stick: 0658:0200, recognised with certainty.</summary>
    public static StickModel ZWave { get; } = new("0658", "0200", "ZW0001", "Sigma Designs", "UZB");

    /// <summary>A Zigbee stick: 1cf1:0030, recognised with certainty.</summary>
    public static StickModel Zigbee { get; } = new("1cf1", "0030", "DE2400001", "dresden elektronik", "ConBee II");

    /// <summary>One device, two radios: 10c4:8a2a.</summary>
    public static StickModel TwoPorts { get; } = new("10c4", "8a2a", "51600001", "Silicon Labs", "HubZ Smart Home Controller", Ports: 2);

    /// <summary>A serial bridge with an FTDI chip: 0403:6001, which is in anything, so that options must name it.</summary>
    public static StickModel Ftdi { get; } = new("0403", "6001", "FT0001", "QEMU", "QEMU USB SERIAL", Chip: StickChip.Ftdi);

    /// <summary>A serial bridge with a CP210x chip: 10c4:ea60, which is in anything, too.</summary>
    public static StickModel Cp210x { get; } =
        new("10c4", "ea60", "CP0001", "Silicon Labs", "CP2102 USB to UART Bridge Controller", Chip: StickChip.Cp210x);

    /// <summary>It is not recognised with certainty.</summary>
    public bool MustBeNamed => Chip != StickChip.Acm;

    /// <summary>A stick with this chip, of those that a test needs one of and no matter which.</summary>
    public static StickModel With(StickChip chip) => chip == StickChip.Ftdi ? Ftdi : ZWave;

    /// <summary>The interface whose tty is this serial port.</summary>
    public static int InterfaceOf(int port) => port * 2;

    /// <summary>What udev calls its first serial port.</summary>
    public string Path =>
        $"/dev/serial/by-id/usb-{Manufacturer}_{Product}_{Serial}-if00{(Chip == StickChip.Acm ? "" : "-port0")}".Replace(' ', '_');

    /// <summary>As vendor:product, the way options name it.</summary>
    public string UsbId => $"{VendorId}:{ProductId}";

    /// <summary>The same stick as the maker builds it without a serial number, as many are.</summary>
    public StickModel WithoutSerial() => this with { Serial = "" };

    /// <summary>A keyboard that claims to be this stick.</summary>
    public StickModel AsKeyboard() => this with { Ports = 0, Keyboard = true };
}
