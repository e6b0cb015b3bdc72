using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwire.HomeAssistant.Broker;

internal static class Payload
{
    public static byte[] Of<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);

    /// <summary>Null for anything that is not such a message: others may write to our topics.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
