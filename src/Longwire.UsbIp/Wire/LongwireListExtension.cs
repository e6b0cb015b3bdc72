using System.Buffers.Binary;
using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Wire;

/// <summary>
/// Longwire's own trailer behind the device list: what is plugged in but not in the list, and why. Its presence alone tells that the
/// exporter is a Longwire, so that a stick in neither is unplugged.
/// <para>
/// It costs no compatibility: the stock client reads exactly the announced number of devices and closes; the stock server closes
/// after its list. On the wire, big-endian: an operation header with code 0x4C57 and status 0; the number of entries (4 bytes, at most
/// <see cref="MaxEntries"/>); per entry the bus id (32 bytes), vendor and product id (2 + 2) and the reason (4); then the exporter's
/// version (32 bytes, zero-terminated).
/// </para>
/// </summary>
public sealed record LongwireListExtension
{
    /// <summary>Entries in one notice; a Pi has some ten ports.</summary>
    public const int MaxEntries = 256;

    /// <summary>Bytes of the operation header and the entry count.</summary>
    public const int HeadSize = OpCommon.Size + CountSize;

    /// <summary>Bytes of the entry count.</summary>
    public const int CountSize = 4;

    /// <summary>Bytes of one entry.</summary>
    public const int EntrySize = BusId.WireSize + 2 + 2 + 4;

    /// <summary>Bytes of the version text, its closing zero included.</summary>
    public const int VersionSize = 32;

    /// <summary>Sticks that are plugged in and not in the list.</summary>
    public ImmutableArray<NoticeEntry> Entries { get; init; } = [];

    /// <summary>The exporter's release, for example 0.1.0.</summary>
    public required string Version { get; init; }

    /// <summary>Bytes that follow the head of a notice with <paramref name="count"/> entries.</summary>
    public static int BodySize(int count) => (count * EntrySize) + VersionSize;

    /// <summary>Reads the 4 bytes of the entry count.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or more than <see cref="MaxEntries"/>.</exception>
    public static int ParseCount(ReadOnlySpan<byte> bytes)
    {
        FieldFormat.RequireLength(bytes, CountSize, "a notice's entry count");
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (count > MaxEntries)
            throw new UsbIpFormatException(
                $"the notice announces {FieldFormat.Number(count)} entries, the limit is {FieldFormat.Number(MaxEntries)}");
        return (int)count;
    }

    /// <summary>Reads what follows the head.</summary>
    /// <exception cref="UsbIpFormatException">Cut short, or a text that is none.</exception>
    public static LongwireListExtension ParseBody(ReadOnlySpan<byte> body, int count)
    {
        var odd = new List<OddRecord>();
        LongwireListExtension notice = ParseBody(body, count, odd);
        return odd.Count == 0 ? notice : throw new UsbIpFormatException(odd[0].Reason);
    }

    /// <summary>The same, where an entry that cannot be used costs its own stick alone.</summary>
    /// <param name="odd">Gets these entries.</param>
    internal static LongwireListExtension ParseBody(ReadOnlySpan<byte> body, int count, ICollection<OddRecord> odd)
    {
        FieldFormat.RequireLength(body, BodySize(count), "a notice");
        var entries = ImmutableArray.CreateBuilder<NoticeEntry>(count);
        for (int i = 0; i < count; i++)
        {
            if (TryParseEntry(body.Slice(i * EntrySize, EntrySize), odd) is { } entry) entries.Add(entry);
        }
        return new LongwireListExtension
        {
            Entries = entries.ToImmutable(),
            Version = WireFormat.ReadText(body.Slice(count * EntrySize, VersionSize), "version"),
        };
    }

    /// <summary>Reads a whole notice from memory.</summary>
    /// <exception cref="UsbIpFormatException">Malformed or cut short.</exception>
    /// <exception cref="UsbIpProtocolException">Not a notice.</exception>
    public static LongwireListExtension Parse(ReadOnlySpan<byte> bytes)
    {
        OpCommon.Parse(bytes).Expect(OpCode.ExportNotice);
        int count = ParseCount(bytes[OpCommon.Size..]);
        return ParseBody(bytes[HeadSize..], count);
    }

    /// <summary>Writes a whole notice.</summary>
    /// <exception cref="ArgumentException">Too many entries, or a version that does not fit.</exception>
    public byte[] Encode()
    {
        if (Entries.Length > MaxEntries)
            throw new ArgumentException($"{FieldFormat.Number(Entries.Length)} entries, the limit is {FieldFormat.Number(MaxEntries)}");
        var bytes = new byte[HeadSize + BodySize(Entries.Length)];
        new OpCommon(OpCode.ExportNotice).Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(OpCommon.Size), (uint)Entries.Length);
        Span<byte> rest = bytes.AsSpan(HeadSize);
        foreach (NoticeEntry entry in Entries)
        {
            DeviceRecord.WriteBusId(rest[..BusId.WireSize], entry.BusId);
            BinaryPrimitives.WriteUInt16BigEndian(rest[BusId.WireSize..], entry.Id.Vendor);
            BinaryPrimitives.WriteUInt16BigEndian(rest[(BusId.WireSize + 2)..], entry.Id.Product);
            BinaryPrimitives.WriteUInt32BigEndian(rest[(BusId.WireSize + 4)..], (uint)entry.Reason);
            rest = rest[EntrySize..];
        }
        WireFormat.WriteText(rest, Version, "version");
        return bytes;
    }

    /// <summary>Entries by value, as a record promises.</summary>
    public bool Equals(LongwireListExtension? other) =>
        other is not null && Version == other.Version && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Version, Entries.Length);

    private static NoticeEntry? TryParseEntry(ReadOnlySpan<byte> entry, ICollection<OddRecord> odd)
    {
        var id = new UsbId(
            BinaryPrimitives.ReadUInt16BigEndian(entry[BusId.WireSize..]),
            BinaryPrimitives.ReadUInt16BigEndian(entry[(BusId.WireSize + 2)..]));
        try
        {
            var reason = (NoticeReason)BinaryPrimitives.ReadUInt32BigEndian(entry[(BusId.WireSize + 4)..]);
            return new NoticeEntry(DeviceRecord.ParseBusId(entry[..BusId.WireSize]), id, reason);
        }
        catch (UsbIpFormatException e)
        {
            odd.Add(OddRecord.Of(entry[..BusId.WireSize], id, e.Message));
            return null;
        }
    }
}
