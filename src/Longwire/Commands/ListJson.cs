using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Inventory;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire list --json</c>. Part of the contract: every key always there, null if unknown; keys are added, never renamed.
/// </summary>
internal sealed record ListJson
{
    /// <summary>Name or address as asked for; null: this machine.</summary>
    public required string? Pi { get; init; }

    /// <summary>The version of Longwire that exports there; null for a stock usbipd and for this machine.</summary>
    public required string? LongwireVersion { get; init; }
    public required IReadOnlyList<StickJson> Radios { get; init; }
    public required IReadOnlyList<string> Notes { get; init; }

    public static void Write(TextWriter output, StickList list) =>
        output.WriteLine(JsonSerializer.Serialize(From(list), ListJsonContext.Default.ListJson));

    private static ListJson From(StickList list) => new()
    {
        Pi = list.Pi,
        LongwireVersion = list.Exporter,
        Radios = [.. list.Sticks.Select(From)],
        Notes = list.Notes,
    };

    private static StickJson From(ListedStick stick) => new()
    {
        BusId = stick.BusId.ToString(),
        Controller = stick.Port.Controller,
        Port = stick.Port.Chain,
        UsbId = stick.Id.ToString(),
        Manufacturer = stick.Manufacturer,
        Product = stick.Product,
        Serial = stick.Serial is "" ? null : stick.Serial,
        Name = stick.Name,
        Kind = stick.Recognition?.Kind,
        SerialPorts = stick.Recognition?.SerialPorts,
        Recognised = stick.Recognition is { Certain: true },
        Verdict = stick.Outlook switch
        {
            Outlook.Wanted => "wanted",
            Outlook.Unclear => "unclear",
            Outlook.Ambiguous => "ambiguous",
            Outlook.NotWanted => "not_wanted",
            _ => "not_offered",
        },
        Reason = stick.Reason,
        Line = stick.Line,
    };

    internal sealed record StickJson
    {
        public required string BusId { get; init; }
        public required string? Controller { get; init; }
        public required string Port { get; init; }
        public required string UsbId { get; init; }
        public required string? Manufacturer { get; init; }
        public required string? Product { get; init; }
        public required string? Serial { get; init; }
        public required string Name { get; init; }
        public required string? Kind { get; init; }
        public required int? SerialPorts { get; init; }

        /// <summary>With certainty.</summary>
        public required bool Recognised { get; init; }

        /// <summary>wanted, unclear, ambiguous, not_wanted or not_offered.</summary>
        public required string Verdict { get; init; }
        public required string Reason { get; init; }

        /// <summary>The entry for the options' radios.</summary>
        public required string? Line { get; init; }
    }
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ListJson))]
internal sealed partial class ListJsonContext : JsonSerializerContext;
