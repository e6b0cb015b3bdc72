using System.Diagnostics.CodeAnalysis;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// A device's name below /sys/bus/usb/devices: the bus, then the chain of hub ports, as in <c>1-1.4</c>.
/// Nothing else can be constructed, so that a peer's bytes never become part of a path.
/// </summary>
public readonly record struct BusId
{
    /// <summary>Bytes on the wire and in the kernel (SYSFS_BUS_ID_SIZE), the closing zero included.</summary>
    public const int WireSize = 32;

    private readonly string? _text;

    private BusId(string text) => _text = text;

    /// <summary>The chain of hub ports without the bus number, which changes from boot to boot: <c>1.4</c> of <c>3-1.4</c>.</summary>
    public string PortChain => ToString()[(ToString().IndexOf('-', StringComparison.Ordinal) + 1)..];

    public static bool TryParse([NotNullWhen(true)] string? text, out BusId busId)
    {
        busId = default;
        if (text is null || text.Length >= WireSize || !IsWellFormed(text)) return false;
        busId = new BusId(text);
        return true;
    }

    public static BusId Parse(string text) =>
        TryParse(text, out BusId busId) ? busId : throw new FormatException($"'{text}' is not a bus id like 1-1.4");

    public override string ToString() => _text ?? "";

    // digits '-' digits ('.' digits)*
    private static bool IsWellFormed(string text)
    {
        bool digitBefore = false, dashSeen = false;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                digitBefore = true;
                continue;
            }
            if (!digitBefore || c != (dashSeen ? '.' : '-')) return false;
            dashSeen = true;
            digitBefore = false;
        }
        return dashSeen && digitBefore;
    }
}
