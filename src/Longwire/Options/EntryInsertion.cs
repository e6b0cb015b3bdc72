using System.Text;
using System.Text.Json;

namespace Longwire.Options;

/// <summary>
/// Puts entries into options in JSON. Every byte that was there stays as it was: what this release does not know, what cannot be read, and
/// what names a secret.
/// </summary>
internal static class EntryInsertion
{
    /// <exception cref="OptionsException">They are not JSON, or have something else than a list in that place.</exception>
    public static byte[] Put(byte[] json, IEnumerable<NewEntry> entries)
    {
        foreach (string list in (string[])[NewEntry.Pis, NewEntry.Radios])
        {
            json = Put(json, list, isFirst: true, entries);
            json = Put(json, list, isFirst: false, entries);
        }
        return json;
    }

    private static byte[] Put(byte[] json, string list, bool isFirst, IEnumerable<NewEntry> entries)
    {
        string texts = string.Join(
            ',', entries.Where(entry => entry.List == list && entry.IsFirst == isFirst).Select(entry => entry.Json()));
        return texts.Length == 0 ? json : Put(json, list, isFirst, texts);
    }

    private static byte[] Put(byte[] json, string list, bool isFirst, string entries)
    {
        Place place = Find(json, list);
        string text = place switch
        {
            { HasList: true, IsEmpty: true } => entries,
            { HasList: true } => isFirst ? entries + "," : "," + entries,
            { HasKey: true } => $"[{entries}]",
            { IsEmpty: true } => $"\"{list}\":[{entries}]",
            _ => $",\"{list}\":[{entries}]",
        };
        int at = place.HasList && isFirst ? place.Begin : place.End;
        return [.. json.AsSpan(0, place.HasList ? at : place.Begin), .. Encoding.UTF8.GetBytes(text), .. json.AsSpan(at)];
    }

    private static Place Find(byte[] json, string list)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = TreeLimits.Depth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new OptionsException("These options are no map.");
            Place? found = null;
            bool isEmpty = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                isEmpty = false;
                bool isIt = reader.ValueTextEquals(list);
                reader.Read();
                // Written twice, the last one counts.
                if (isIt) found = ValueAt(ref reader, list);
                else reader.Skip();
            }
            int end = (int)reader.TokenStartIndex;
            reader.Read();
            return found ?? new Place(end, end, HasKey: false, HasList: false, isEmpty);
        }
        catch (JsonException e)
        {
            throw new OptionsException("These options are not JSON.", e);
        }
    }

    private static Place ValueAt(ref Utf8JsonReader reader, string list)
    {
        int begin = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Null) return new Place(begin, (int)reader.BytesConsumed, HasKey: true, HasList: false, true);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new OptionsException($"What stands under {list} is not a list. Make it one, then try again.");
        begin = (int)reader.BytesConsumed;
        int depth = reader.CurrentDepth;
        bool isEmpty = true;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth)) isEmpty = false;
        return new Place(begin, (int)reader.TokenStartIndex, HasKey: true, HasList: true, isEmpty);
    }

    /// <param name="Begin">Of what is in the list, or of what stands in its place.</param>
    /// <param name="End">Likewise; where there is neither, before the end of the map.</param>
    private readonly record struct Place(int Begin, int End, bool HasKey, bool HasList, bool IsEmpty);
}
