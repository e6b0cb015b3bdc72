using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Longwire.Web.Api;

/// <summary>
/// Takes known secrets out of every text of a JSON document, whoever wrote them there. Names of members are of the contract and stay, but
/// where they are ids.
/// </summary>
internal static class SecretRemoval
{
    public const string Removed = "(removed)";

    /// <summary>A shorter one is part of many words, and would take them with it; it is no secret to whoever guesses.</summary>
    public const int Shortest = 4;

    /// <param name="byId">The members of the document whose own members are named by ids.</param>
    public static byte[] From(ReadOnlyMemory<byte> json, IEnumerable<string> secrets, params string[] byId)
    {
        // The longest first: one may be part of another.
        string[] known = [.. secrets.Where(secret => secret.Length >= Shortest).OrderByDescending(secret => secret.Length)];
        using var document = JsonDocument.Parse(json);
        var bytes = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(bytes, options))
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                Copy(property.Value, writer, known, byId.Contains(property.Name));
            }
            writer.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Copy(JsonElement element, Utf8JsonWriter to, string[] secrets, bool isById = false)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                to.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    to.WritePropertyName(isById ? Without(property.Name, secrets) : property.Name);
                    Copy(property.Value, to, secrets);
                }
                to.WriteEndObject();
                break;
            case JsonValueKind.Array:
                to.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray()) Copy(item, to, secrets);
                to.WriteEndArray();
                break;
            case JsonValueKind.String:
                to.WriteStringValue(Without(element.GetString()!, secrets));
                break;
            default:
                element.WriteTo(to);
                break;
        }
    }

    private static string Without(string text, string[] secrets)
    {
        foreach (string secret in secrets) text = text.Replace(secret, Removed, StringComparison.Ordinal);
        return text;
    }
}
