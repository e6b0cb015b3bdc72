using System.Buffers.Binary;
using Longwire.UsbIp.Usb;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Lists its sticks under other ids than it says at the import, and than they say themselves.</summary>
internal sealed class ListsAnotherId(UsbId id) : Manner
{
    private const int IdAt = 300;

    public override void ChangeListed(byte[] record)
    {
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(IdAt), id.Vendor);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(IdAt + 2), id.Product);
    }
}
