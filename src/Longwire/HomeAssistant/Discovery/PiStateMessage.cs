namespace Longwire.HomeAssistant.Discovery;

// Every key is always present, null if unknown: a template that misses its key warns at every message.
internal sealed record PiStateMessage
{
    public required bool? Reachable { get; init; }
    public required string Mode { get; init; }
    public required string Address { get; init; }
    public required string? Version { get; init; }
    public required UpdateMessage Update { get; init; }
    public required double? RoundTripMs { get; init; }

    /// <summary>In degrees Celsius. This and those down to the signal: null unless its Longwire says it.</summary>
    public required double? Temperature { get; init; }
    public required bool? UnderVoltage { get; init; }

    /// <summary>Of the last minute.</summary>
    public required double? Load { get; init; }

    /// <summary>When it was booted.</summary>
    public required DateTimeOffset? UpSince { get; init; }

    /// <summary>In dBm.</summary>
    public required int? WifiSignal { get; init; }

    /// <summary>Somebody works on it.</summary>
    public required bool Silenced { get; init; }

    /// <summary>When that ends by itself.</summary>
    public required DateTimeOffset? SilencedUntil { get; init; }
}

/// <summary>In the words of Home Assistant's MQTT update: what a Pi runs, and what it should.</summary>
/// <param name="InstalledVersion">Null while it is not known.</param>
/// <param name="LatestVersion">Ours: a Pi is to run the same.</param>
internal sealed record UpdateMessage(string? InstalledVersion, string LatestVersion)
{
    public string Title { get; } = "Longwire";

    public string ReleaseSummary { get; } =
        $"On the Pi: write \"image: longwire:{LatestVersion}\" into its compose.yaml and run \"docker compose up -d\"; or, without Docker, "
            + $"copy the new package there and run \"sudo apt install ./longwire_{LatestVersion}_*.deb\".";
}
