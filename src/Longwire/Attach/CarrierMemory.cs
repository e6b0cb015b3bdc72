using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longwire.Attach;

/// <summary>
/// What a radio's next carrier needs of its last one, so that the Pi lets go of what it may still hold for us. It stands in the memory
/// file, for the next carrier may come after a crash. What the number means, the carrier alone knows; 0 is nothing.
/// </summary>
[JsonConverter(typeof(CarrierMemoryConverter))]
internal readonly record struct CarrierMemory(int Value);

/// <summary>The number alone.</summary>
internal sealed class CarrierMemoryConverter : JsonConverter<CarrierMemory>
{
    public override CarrierMemory Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, CarrierMemory value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Value);
}
