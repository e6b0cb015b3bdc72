using System.Buffers.Binary;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Lists one more record, before its own, that no kernel would write.</summary>
internal sealed class ListsOddly(byte[] odd) : Manner
{
    public override byte[] ChangeList(byte[] list)
    {
        byte[] changed = [.. list[..DeviceListReply.HeadSize], .. odd, .. list[DeviceListReply.HeadSize..]];
        Span<byte> count = changed.AsSpan(OpCommon.Size, DeviceListReply.CountSize);
        BinaryPrimitives.WriteUInt32BigEndian(count, BinaryPrimitives.ReadUInt32BigEndian(count) + 1);
        return changed;
    }
}
