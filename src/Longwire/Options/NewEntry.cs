using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Longwire.Options;

/// <summary>An entry that is to come into the options, with one text for each key. It may hold a secret.</summary>
/// <param name="List">pis or radios.</param>
/// <param name="IsFirst">It goes before those that are there: of two that match a radio, the first counts.</param>
internal sealed record NewEntry(string List, bool IsFirst, ImmutableArray<KeyValuePair<string, string>> Texts)
{
    public const string Pis = "pis";
    public const string Radios = "radios";

    // Letters as a person wrote them. What JSON escapes is read as the same text by YAML, in double quotes.
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null for a text that is empty: that key is left out.</summary>
    public static NewEntry Pi(string? name, string? address, string? pairingCode) => new(
        Pis, false, [.. Written(("name", name), ("address", address), ("pairing_code", pairingCode))]);

    /// <inheritdoc cref="Pi"/>
    public static NewEntry Radio(RadioMatch match, string? pi, string? name) => new(
        Radios,
        // What means one stick of several of its kind, or those of one Pi, before what means the kind wherever it is.
        match.Serial is not null || match.Port is not null || pi is not null,
        [.. Written(("match", match.ToString()), ("pi", pi), ("name", name))]);

    public string Json()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, s_readable))
        {
            json.WriteStartObject();
            foreach ((string key, string text) in Texts) json.WriteString(key, text);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>An item of a list, without indent.</summary>
    public string Yaml() => "- " + string.Join("\n  ", Texts.Select(entry => $"{entry.Key}: {Quoted(entry.Value)}"));

    /// <summary>As it would be read.</summary>
    public MapNode Node() => new(
        [.. Texts.Select(entry => KeyValuePair.Create<string, OptionNode>(entry.Key, new ScalarNode(entry.Value, quoted: true, line: 0)))],
        line: 0);

    // Not the texts: one of them may be a pairing code.
    public override string ToString() => $"an entry for {List}";

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static IEnumerable<KeyValuePair<string, string>> Written(params (string Key, string? Text)[] entries) =>
        entries.Where(entry => !string.IsNullOrEmpty(entry.Text)).Select(entry => KeyValuePair.Create(entry.Key, entry.Text!));
}
