using System.Text;

namespace Longwire.History;

/// <summary>
/// history.bin: a line that says what it is, then for each radio a byte with the length of its id, the id, and its rings as they are.
/// </summary>
internal static class HistoryFormat
{
    private static ReadOnlySpan<byte> Head => "longwire history 1\n"u8;

    public static byte[] Write(IReadOnlyDictionary<string, RadioHistory> radios)
    {
        byte[] bytes = new byte[Head.Length + radios.Sum(radio => 1 + Encoding.UTF8.GetByteCount(radio.Key) + radio.Value.BytesWritten)];
        Head.CopyTo(bytes);
        int at = Head.Length;
        foreach ((string id, RadioHistory history) in radios)
        {
            int length = Encoding.UTF8.GetBytes(id, bytes.AsSpan(at + 1));
            bytes[at] = checked((byte)length);
            at += 1 + length;
            history.Write(bytes.AsSpan(at));
            at += history.BytesWritten;
        }
        return bytes;
    }

    /// <returns>Why it cannot be understood; null: it was read.</returns>
    public static string? Read(ReadOnlySpan<byte> from, Dictionary<string, RadioHistory> radios, int most)
    {
        if (!from.StartsWith(Head)) return "it is of another format";
        from = from[Head.Length..];
        while (!from.IsEmpty && radios.Count < most)
        {
            var history = new RadioHistory();
            int length = from[0];
            if (length == 0 || from.Length < 1 + length + history.BytesWritten) return "it is cut short";
            history.Read(from[(1 + length)..]);
            radios[Encoding.UTF8.GetString(from.Slice(1, length))] = history;
            from = from[(1 + length + history.BytesWritten)..];
        }
        return null;
    }
}
