using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Longwire.DependentApps;

/// <summary>
/// What is remembered of the apps over our own restarts and power cuts, as it stands in consumers.json in the data folder.
/// </summary>
internal sealed record DependentAppsMemory
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The boot in which this was written: tells a boot of the host from a restart of ours.</summary>
    public string? BootId { get; init; }
    public ImmutableArray<DependentAppMemory> Apps { get; init; } = [];

    public DependentAppsMemory With(DependentAppMemory app)
    {
        for (int i = 0; i < Apps.Length; i++)
        {
            if (Apps[i].Slug == app.Slug) return this with { Apps = Apps.SetItem(i, app) };
        }
        return this with { Apps = Apps.Add(app) };
    }

    public DependentAppsMemory Without(string slug) => this with { Apps = Apps.RemoveAll(app => app.Slug == slug) };
}

/// <summary>One app that reads radios of ours.</summary>
internal sealed record DependentAppMemory
{
    public required string Slug { get; init; }

    /// <summary>Whether it ran when it was last looked at with its radios attached. False too for what a person had stopped.</summary>
    public bool Running { get; init; }

    /// <summary>The host has booted since its radio was last seen to: if it starts by itself, it is to run.</summary>
    public bool StartAtBoot { get; init; }

    public ImmutableArray<DependentAppRadio> Radios { get; init; } = [];

    /// <summary>When it was restarted within the last hour, by the wall clock: the only one that goes on while we are away.</summary>
    public ImmutableArray<DateTimeOffset> Restarts { get; init; } = [];

    /// <summary>Whether it says the same: lists of a record are otherwise compared by which they are.</summary>
    public bool Same(DependentAppMemory other) =>
        this with { Radios = [], Restarts = [] } == other with { Radios = [], Restarts = [] }
        && Radios.SequenceEqual(other.Radios) && Restarts.SequenceEqual(other.Restarts);

    public DependentAppRadio? Find(string radioId) => Radios.FirstOrDefault(radio => radio.Id == radioId);

    public DependentAppMemory With(DependentAppRadio radio)
    {
        for (int i = 0; i < Radios.Length; i++)
        {
            if (Radios[i].Id == radio.Id) return this with { Radios = Radios.SetItem(i, radio) };
        }
        return this with { Radios = Radios.Add(radio) };
    }
}

/// <summary>A radio as one app has it.</summary>
/// <param name="Since">The attachment that the app had last: another one is another tty, whatever its name.</param>
/// <param name="Lost">That attachment has gone, and the app was not seen to since.</param>
/// <param name="WasRunning">Whether the app ran at the moment of that loss.</param>
internal sealed record DependentAppRadio(string Id, DateTimeOffset? Since, bool Lost = false, bool WasRunning = false);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DependentAppsMemory))]
internal sealed partial class DependentAppsJson : JsonSerializerContext;
