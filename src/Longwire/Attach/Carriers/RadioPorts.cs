using System.Collections.Immutable;
using Longwire.Radios;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Carriers;

/// <summary>
/// A radio's serial ports, each with the age at which a command for it is stale: that depends on the protocol behind the port, for a
/// program that has taken a command for failed must not see it carried out after all.
/// </summary>
internal static class RadioPorts
{
    /// <param name="ceiling">What the options say: no port's own is longer.</param>
    public static ImmutableArray<SerialPort> Of(DeviceIdentity identity, TimeSpan ceiling)
    {
        ImmutableArray<SerialPort> ports = SerialLayout.Of(identity);
        ImmutableArray<TimeSpan> known = KnownRadios.Default.Recognise(identity)?.Stale ?? [];
        return [.. ports.Select((port, i) => i < known.Length && known[i] < ceiling ? port with { Stale = known[i] } : port)];
    }
}
