using System.Globalization;
using Longwire.Platform;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>
/// The kernel's news, as far as they concern one attachment: of the device on its port, and of others of its kind on vhci, which may take a
/// name of its ttys. An attachment without a port has none.
/// </summary>
internal sealed class PortNews(TimeProvider time)
{
    private volatile Concern? _concern;

    /// <summary>Raised by each piece of news that concerns the attachment, and where some was lost.</summary>
    public AsyncAutoResetEvent Changed { get; } = new(time);

    /// <summary>From now on. What happened before is not heard: look after this.</summary>
    /// <param name="local">The name that a device on the port has here; null: it cannot be told yet, so that all news counts.</param>
    /// <param name="kind">What is attached.</param>
    public void Follow(BusId? local, UsbId kind) => _concern = new Concern(
        local?.ToString(), string.Create(CultureInfo.InvariantCulture, $"{kind.Vendor:x}/{kind.Product:x}/"));

    /// <summary>Never blocks.</summary>
    public void Hear(Uevent uevent)
    {
        if (_concern is { } concern && (uevent.IsOverrun || concern.Includes(uevent))) Changed.Raise();
    }

    /// <param name="Product">How PRODUCT begins in news of the kind (drivers/usb/core/driver.c, usb_uevent).</param>
    private sealed record Concern(string? Device, string Product)
    {
        public bool Includes(Uevent uevent) =>
            Device is null
                || IsAtOrBelow(uevent.DevPath, Device)
                || (uevent.Properties.TryGetValue("PRODUCT", out string? product) && product.StartsWith(Product, StringComparison.Ordinal));

        // The device, its interfaces and its ttys: /devices/platform/vhci_hcd.0/usb3/3-1/3-1:1.0/tty/ttyACM0
        private static bool IsAtOrBelow(string path, string device)
        {
            int at = path.IndexOf($"/{device}", StringComparison.Ordinal);
            if (at < 0) return false;
            int end = at + 1 + device.Length;
            return end == path.Length || path[end] == '/';
        }
    }
}
