using System.Text.Json.Serialization;

namespace Longwire.Radios;

/// <summary>radios.json as it is written; <see cref="KnownRadios"/> is what it means.</summary>
internal sealed record RadiosFile
{
    /// <summary>For the person who reads the file.</summary>
    public required string About { get; init; }
    public required IReadOnlyList<Row> Radios { get; init; }
    public required IReadOnlyList<Row> Bridges { get; init; }
    public required IReadOnlyList<Bootloader> Bootloaders { get; init; }
    public required IReadOnlyList<Trouble> Troubles { get; init; }

    internal sealed record Bootloader
    {
        public required string Id { get; init; }

        /// <summary>For the person who reads the file.</summary>
        public required string Name { get; init; }

        /// <summary>The ids of the radios that show themselves as it while they are flashed.</summary>
        public required IReadOnlyList<string> Of { get; init; }
    }

    internal sealed record Trouble
    {
        public required string Name { get; init; }

        /// <summary>Names of rows.</summary>
        public IReadOnlyList<string>? Of { get; init; }

        /// <summary>Of whatever speaks one of these.</summary>
        public IReadOnlyList<string>? Kinds { get; init; }
        public required string Known { get; init; }
        public required string Remedy { get; init; }

        /// <summary>For the person who reads the file: who says so.</summary>
        public required string Source { get; init; }
    }

    internal sealed record Row
    {
        public required string Id { get; init; }
        public required string Name { get; init; }
        public string? Kind { get; init; }
        public string? Product { get; init; }
        public string? Manufacturer { get; init; }

        /// <summary>Null: one. (A default written here would be lost: the generated reader sets every init property.)</summary>
        public int? SerialPorts { get; init; }

        /// <summary>One for each serial port; null: as the options say.</summary>
        public IReadOnlyList<int>? StaleSeconds { get; init; }

        /// <summary>Its program notices when it was without power; null: it does not.</summary>
        public bool? NoticesRestart { get; init; }

        /// <summary>Serials that many of these sticks have alike.</summary>
        public IReadOnlyList<string>? SharedSerials { get; init; }

        /// <summary>Of a bridge: <c>a Z-Stick 10 Pro or a Z-Station</c>.</summary>
        public string? Often { get; init; }

        /// <summary>In hexadecimal, as lsusb writes them, <c>02</c> or with the subclass <c>02/02</c>; null: the serial kinds.</summary>
        public IReadOnlyList<string>? InterfaceClasses { get; init; }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RadiosFile))]
internal sealed partial class RadiosJson : JsonSerializerContext;
