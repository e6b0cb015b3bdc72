using System.Security.Cryptography;
using System.Text;

namespace Longwire.History;

/// <summary>
/// history.bin: a line that says what it is, then for each radio a byte with the length of its id, the id, and its rings as they are; at
/// the end the SHA-256 of all that, for a card that has lost a bit would be believed.
/// </summary>
internal static class HistoryFormat
{
    private static ReadOnlySpan<byte> Head => "longwire history 1\n"u8;

    public static byte[] Write(IReadOnlyDictionary<string, RadioHistory> radios)
    {
        // An id is a slug, and far shorter; one that is not is not kept, rather than the others with it.
        KeyValuePair<string, RadioHistory>[] kept =
            [.. radios.Where(radio => Encoding.UTF8.GetByteCount(radio.Key) is > 0 and <= byte.MaxValue)];
        byte[] bytes = new byte[
            Head.Length + kept.Sum(radio => 1 + Encoding.UTF8.GetByteCount(radio.Key) + radio.Value.BytesWritten) + SHA256.HashSizeInBytes];
        Head.CopyTo(bytes);
        int at = Head.Length;
        foreach ((string id, RadioHistory history) in kept)
        {
            int length = Encoding.UTF8.GetBytes(id, bytes.AsSpan(at + 1));
            bytes[at] = (byte)length;
            at += 1 + length;
            history.Write(bytes.AsSpan(at));
            at += history.BytesWritten;
        }
        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <returns>Why it cannot be understood; null: it was read.</returns>
    public static string? Read(ReadOnlySpan<byte> from, Dictionary<string, RadioHistory> radios, int most)
    {
        if (!from.StartsWith(Head)) return "it is of another format";
        int end = from.Length - SHA256.HashSizeInBytes;
        if (end < Head.Length) return "it is cut short";
        if (!SHA256.HashData(from[..end]).AsSpan().SequenceEqual(from[end..])) return "it is damaged";
        from = from[Head.Length..end];
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
