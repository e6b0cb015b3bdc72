using System.Text.Json;

namespace Longwire.History;

/// <summary>Something that happened to a radio, for the list on the page.</summary>
/// <param name="Type">As Home Assistant has it, or <see cref="UsbErrors"/>.</param>
/// <param name="Reason">Null where the type says all.</param>
internal sealed record HistoryEvent(DateTimeOffset At, string Type, string? Reason)
{
    /// <summary>URBs of the radio failed; the reason says how many.</summary>
    public const string UsbErrors = "usb_errors";

    public const int LongestType = 32;

    /// <summary>In characters: there are a hundred of them for each radio.</summary>
    public const int LongestReason = 160;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("at", At.ToUnixTimeSeconds());
        json.WriteString("type", Type);
        json.WriteString("reason", Reason);
        json.WriteEndObject();
    }
}
