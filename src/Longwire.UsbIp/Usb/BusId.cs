using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// What a server calls a device of its own: an opaque key, said back to that server byte for byte. A server on Linux takes the name that
/// its kernel gives the device below /sys/bus/usb/devices: the bus, then the chain of hub ports, as in <c>1-1.4</c>. Other servers take
/// other texts, and some let people choose one.
/// <para>
/// A path is made of <see cref="KernelName"/> alone, which a text of another form does not have: so a peer's bytes never become part of a
/// path.
/// </para>
/// </summary>
public readonly record struct BusId
{
    /// <summary>Bytes on the wire and in the kernel (SYSFS_BUS_ID_SIZE), the closing zero included.</summary>
    public const int WireSize = 32;

    private readonly string? _text;

    private BusId(string text) => _text = text;

    /// <summary>It has the form of a kernel's name of a device, so that it may be one of this machine.</summary>
    public bool IsKernelName => HasKernelForm(ToString());

    /// <summary>The name below /sys/bus/usb/devices, fit for a path and for what is written to the kernel.</summary>
    /// <exception cref="InvalidOperationException">It has another form.</exception>
    public string KernelName =>
        IsKernelName ? ToString() : throw new InvalidOperationException($"'{this}' is not the kernel's name of a USB device, as 1-1.4 is");

    /// <summary>
    /// The chain of hub ports without the bus number, which changes from boot to boot: <c>1.4</c> of <c>3-1.4</c>. All of an id of another
    /// form: where the device is plugged in, it alone says.
    /// </summary>
    public string PortChain => IsKernelName ? ToString()[(ToString().IndexOf('-', StringComparison.Ordinal) + 1)..] : ToString();

    /// <summary>What a server may call a device: 1 to 31 bytes of printable UTF-8.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BusId busId)
    {
        busId = default;
        if (text is not { Length: > 0 and < WireSize } || Encoding.UTF8.GetByteCount(text) >= WireSize || !IsPrintable(text)) return false;
        busId = new BusId(text);
        return true;
    }

    /// <summary>What the kernel of this machine calls a device: nothing else has a <see cref="KernelName"/>.</summary>
    public static bool TryParseKernelName([NotNullWhen(true)] string? text, out BusId busId)
    {
        if (TryParse(text, out busId) && busId.IsKernelName) return true;
        busId = default;
        return false;
    }

    /// <exception cref="FormatException">No server may call a device so.</exception>
    public static BusId Parse(string text) =>
        TryParse(text, out BusId busId) ? busId : throw new FormatException($"'{text}' is not a bus id: 1 to 31 bytes of printable text");

    public override string ToString() => _text ?? "";

    private static bool IsPrintable(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune) || !DeviceText.IsShown(rune)) return false;
            i += rune.Utf16SequenceLength;
        }
        return true;
    }

    // digits '-' digits ('.' digits)*
    private static bool HasKernelForm(string text)
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
