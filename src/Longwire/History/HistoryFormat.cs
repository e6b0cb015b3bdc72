using System.Security.Cryptography;
using System.Text;

namespace Longwire.History;

/// <summary>
/// history.bin: a line that says what it is, then for each radio its id, its rings as they are, and its events, the oldest first; at the
/// end the SHA-256 of all that, for a card that has lost a bit would be believed. Texts are as <see cref="BinaryWriter"/> writes them.
/// </summary>
internal static class HistoryFormat
{
    private const int EventsCapacity = 16 * 1024;

    private static ReadOnlySpan<byte> Head => "longwire history 2\n"u8;

    // Without events; as long as the other.
    private static ReadOnlySpan<byte> FormerHead => "longwire history 1\n"u8;

    public static byte[] Write(IReadOnlyDictionary<string, RadioHistory> radios)
    {
        // At once as long as it becomes, but for the events: it is megabytes.
        int length = Head.Length + SHA256.HashSizeInBytes + radios.Sum(radio => EventsCapacity + radio.Value.BytesWritten);
        using var stream = new MemoryStream(length);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Head);
            // An id is a slug, and far shorter; one that is not is not kept, rather than the others with it.
            foreach ((string id, RadioHistory history) in radios.Where(radio => radio.Key.Length is > 0 and <= byte.MaxValue))
            {
                writer.Write(id);
                byte[] rings = new byte[history.BytesWritten];
                history.Write(rings);
                writer.Write(rings);
                Write(writer, [.. history.Events.Latest().Reverse()]);
            }
        }
        byte[] sum = SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        stream.Write(sum);
        return stream.ToArray();
    }

    /// <returns>Why it cannot be understood; null: it was read.</returns>
    public static string? Read(ReadOnlySpan<byte> from, Dictionary<string, RadioHistory> radios, int most)
    {
        bool isFormer = from.StartsWith(FormerHead);
        if (!isFormer && !from.StartsWith(Head)) return "it is of another format";
        int end = from.Length - SHA256.HashSizeInBytes;
        if (end < Head.Length) return "it is cut short";
        if (!SHA256.HashData(from[..end]).AsSpan().SequenceEqual(from[end..])) return "it is damaged";
        using var stream = new MemoryStream(from[Head.Length..end].ToArray());
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            while (stream.Position < stream.Length && radios.Count < most)
            {
                string id = reader.ReadString();
                var history = new RadioHistory();
                byte[] rings = reader.ReadBytes(history.BytesWritten);
                if (id.Length == 0 || rings.Length < history.BytesWritten) return "it is cut short";
                history.Read(rings);
                if (!isFormer && ReadEvents(reader, history.Events) is { } fault) return fault;
                radios[id] = history;
            }
            return null;
        }
        catch (EndOfStreamException)
        {
            return "it is cut short";
        }
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<HistoryEvent> events)
    {
        writer.Write((byte)events.Count);
        foreach (HistoryEvent happened in events)
        {
            writer.Write(happened.At.UtcTicks);
            writer.Write(happened.Type);
            writer.Write(happened.Reason ?? "");
        }
    }

    private static string? ReadEvents(BinaryReader reader, HistoryEvents events)
    {
        int count = reader.ReadByte();
        if (count > HistoryEvents.Most) return "it has more events than there can be";
        for (int i = 0; i < count; i++)
        {
            long at = reader.ReadInt64();
            string type = reader.ReadString(), reason = reader.ReadString();
            bool isTime = at >= 0 && at <= DateTimeOffset.MaxValue.Ticks;
            if (!isTime || type.Length > HistoryEvent.LongestType) return "it has an event that is none";
            events.Add(new HistoryEvent(new DateTimeOffset(at, TimeSpan.Zero), type, reason.Length > 0 ? reason : null));
        }
        return null;
    }
}
