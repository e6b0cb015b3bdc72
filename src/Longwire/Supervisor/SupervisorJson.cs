using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Longwire.Supervisor;

/// <summary>
/// Every answer of the Supervisor's own: <c>{"result": "ok", "data": …}</c> or <c>{"result": "error", "message": …}</c>.
/// </summary>
internal sealed record Envelope<T>(string? Result, T? Data, string? Message);

/// <summary><c>GET /services/mqtt</c>.</summary>
internal sealed record MqttService(string? Host, int? Port, string? Username, string? Password, bool? Ssl)
{
    // The password stays out of logs.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(null, $"Host = {Host}, Port = {Port}, Username = {Username}, Ssl = {Ssl}");
        return true;
    }
}

/// <summary>What we read of <c>GET /addons/&lt;slug&gt;/info</c>.</summary>
/// <param name="State">started, startup, stopped, error, unknown.</param>
/// <param name="Boot">auto: the Supervisor starts it with the host. manual: a person does.</param>
/// <param name="Timeout">Seconds it may take to stop; not every release tells.</param>
internal sealed record AppInfo(string? Name, string? State, string? Boot, int? Timeout)
{
    /// <summary>As Core calls the state of an integration whose setting up failed and that it sets up again by itself.</summary>
    public const string Retried = "setup_retry";

    public bool IsRunning => State == "started";

    /// <summary>Its container runs, and its health check has not said yet that it works.</summary>
    public bool IsStarting => State == "startup";

    /// <summary>It has ended, and not because somebody wanted it to.</summary>
    public bool HasEnded => State is "error" or Retried;
}

/// <summary>What we read of <c>GET /info</c>.</summary>
/// <param name="State">initialize, setup, startup, running, freeze, shutdown, …</param>
/// <param name="Homeassistant">Core's version: 2026.11.2.</param>
internal sealed record SystemInfo(string? State, string? Homeassistant);

/// <summary>What we read of <c>GET /jobs/info</c>: the jobs that go on, each with those that are part of it.</summary>
internal sealed record JobsInfo(Job?[]? Jobs);

/// <param name="Name">addon_restart, app_backup, …</param>
/// <param name="Reference">What it is about: an app's slug, for the jobs of apps.</param>
/// <param name="Done">Null for one that waits for its turn.</param>
internal sealed record Job(string? Name, string? Reference, bool? Done, Job?[]? ChildJobs)
{
    public bool GoesOnWith(string slug) =>
        (Done == false && Reference == slug && !Sleeps) || ChildJobs?.Any(job => job?.GoesOnWith(slug) == true) == true;

    // The watchdog's: it goes on for minutes, most of them in pauses between two tries, each of which is a job of its own.
    private bool Sleeps => Name?.EndsWith("_restart_after_problem", StringComparison.Ordinal) == true;
}

/// <summary>What we read of <c>GET /addons/self/info</c>.</summary>
/// <param name="Slug">Our own, as installed here: longwire behind a hash of the repository.</param>
/// <param name="Ingress">Whether our page is shown in Home Assistant.</param>
internal sealed record OwnInfo(JsonElement Options, string? Slug, bool? Ingress);

/// <summary>What it takes to say where our page is.</summary>
internal sealed record OwnPage(string? Slug, bool Ingress, string? CoreVersion);

/// <summary>What we read of an entry in Core's <c>GET /api/config/config_entries/entry</c>: one integration that is set up.</summary>
/// <param name="State">loaded, setup_in_progress, unload_in_progress, setup_retry, setup_error, not_loaded, failed_unload, …</param>
/// <param name="DisabledBy">user; null for one that is not.</param>
/// <param name="Source">How it came: ignore for one that a person does not want to be offered again.</param>
internal sealed record ConfigEntry(string? EntryId, string? Domain, string? Title, string? State, string? DisabledBy, string? Source);

/// <summary>The data of Core's service <c>homeassistant.reload_config_entry</c>.</summary>
internal sealed record EntryReload(string EntryId);

internal sealed record AppRestart(string App);

internal sealed record AddonRestart(string Addon);

// Its documentation shows the broker's port as a string, and the Supervisor sends a number.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Envelope<JsonElement>))]
[JsonSerializable(typeof(Envelope<MqttService>))]
[JsonSerializable(typeof(Envelope<AppInfo>))]
[JsonSerializable(typeof(Envelope<SystemInfo>))]
[JsonSerializable(typeof(Envelope<OwnInfo>))]
[JsonSerializable(typeof(Envelope<JobsInfo>))]
[JsonSerializable(typeof(ConfigEntry?[]))]
[JsonSerializable(typeof(EntryReload))]
[JsonSerializable(typeof(AppRestart))]
[JsonSerializable(typeof(AddonRestart))]
internal sealed partial class SupervisorJson : JsonSerializerContext;
