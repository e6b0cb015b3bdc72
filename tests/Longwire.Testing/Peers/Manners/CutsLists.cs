using System.Buffers.Binary;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Announces one record more than it sends, and closes in the middle of that one.</summary>
/// <param name="bytes">What it sends of it.</param>
internal sealed class CutsLists(int bytes) : Manner
{
    public override byte[] ChangeList(byte[] list)
    {
        byte[] changed = [.. list, .. new byte[bytes]];
        Span<byte> count = changed.AsSpan(OpCommon.Size, DeviceListReply.CountSize);
        BinaryPrimitives.WriteUInt32BigEndian(count, BinaryPrimitives.ReadUInt32BigEndian(count) + 1);
        return changed;
    }
}
