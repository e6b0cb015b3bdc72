using System.Text;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>A record of a list, or an entry of a notice, that cannot be used. It costs its own device and no other.</summary>
/// <param name="Name">What the server calls the device, made fit to show; empty if nothing of it is.</param>
/// <param name="Id">As the record says.</param>
/// <param name="Reason">Why, for a person: "busid has no closing zero within its 32 bytes".</param>
public sealed record OddRecord(string Name, UsbId Id, string Reason)
{
    internal static OddRecord Of(ReadOnlySpan<byte> busIdField, UsbId id, string reason)
    {
        int end = busIdField.IndexOf((byte)0);
        // What is not UTF-8 becomes U+FFFD.
        string name = Encoding.UTF8.GetString(end < 0 ? busIdField : busIdField[..end]);
        return new OddRecord(DeviceText.Clean(name) ?? "", id, reason);
    }
}
