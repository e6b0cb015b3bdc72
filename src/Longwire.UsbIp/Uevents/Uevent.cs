using System.Collections.Frozen;
using System.Text;

namespace Longwire.UsbIp.Uevents;

/// <summary>
/// One piece of the kernel's news about devices (lib/kobject_uevent.c): <c>add@/devices/…</c>, then <c>KEY=value</c> pairs, each closed
/// by a zero byte.
/// </summary>
public sealed record Uevent
{
    /// <summary>Not an event: the kernel dropped some because nobody read in time. What is known must be read from sysfs again.</summary>
    public static Uevent Overrun { get; } = new() { Action = "overrun", DevPath = "", Subsystem = "" };

    public bool IsOverrun => ReferenceEquals(this, Overrun);

    /// <summary><c>add</c>, <c>remove</c>, <c>change</c>, <c>bind</c>, <c>unbind</c>, …</summary>
    public required string Action { get; init; }

    /// <summary>Below /sys: <c>/devices/platform/…/usb1/1-1</c>.</summary>
    public required string DevPath { get; init; }

    /// <summary><c>usb</c>, <c>tty</c>, …</summary>
    public required string Subsystem { get; init; }

    /// <summary><c>usb_device</c> or <c>usb_interface</c> for subsystem usb; null where the kernel gives none.</summary>
    public string? DevType { get; init; }

    /// <summary>The last part of <see cref="DevPath"/>: the bus id of a USB device, the name of a tty.</summary>
    public string Name => DevPath[(DevPath.LastIndexOf('/') + 1)..];

    public FrozenDictionary<string, string> Properties { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// False for anything that is not a whole kernel message: udev's own packets (they begin with <c>libudev</c>), truncated or foreign
    /// bytes.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out Uevent uevent)
    {
        uevent = Overrun;
        int end = message.IndexOf((byte)0);
        if (end < 0 || message[^1] != 0) return false;
        int at = message[..end].IndexOf((byte)'@');
        if (at <= 0) return false;

        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        for (ReadOnlySpan<byte> rest = message[(end + 1)..]; rest.Length > 0;)
        {
            int length = rest.IndexOf((byte)0);
            ReadOnlySpan<byte> pair = rest[..length];
            int equals = pair.IndexOf((byte)'=');
            if (equals <= 0) return false;
            properties[Encoding.UTF8.GetString(pair[..equals])] = Encoding.UTF8.GetString(pair[(equals + 1)..]);
            rest = rest[(length + 1)..];
        }

        // The header says the same twice over; a message that contradicts itself is not the kernel's.
        if (!properties.TryGetValue("ACTION", out string? action) || !properties.TryGetValue("DEVPATH", out string? path)) return false;
        if (!properties.TryGetValue("SUBSYSTEM", out string? subsystem)) return false;
        if (Encoding.UTF8.GetString(message[..at]) != action || Encoding.UTF8.GetString(message[(at + 1)..end]) != path) return false;

        uevent = new Uevent
        {
            Action = action,
            DevPath = path,
            Subsystem = subsystem,
            DevType = properties.GetValueOrDefault("DEVTYPE"),
            Properties = properties.ToFrozenDictionary(StringComparer.Ordinal),
        };
        return true;
    }
}
