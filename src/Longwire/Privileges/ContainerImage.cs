namespace Longwire.Privileges;

/// <summary>Where we run, as far as the environment tells.</summary>
internal static class ContainerImage
{
    /// <summary>Set in our Dockerfile: this is our image, of which nothing but its volumes outlives an update.</summary>
    public const string Variable = "LONGWIRE_CONTAINER";

    /// <summary>Set by the Supervisor that started us. A secret: never printed.</summary>
    public const string SupervisorVariable = "SUPERVISOR_TOKEN";

    public static bool IsOurs(IReadOnlyDictionary<string, string> environment) => environment.GetValueOrDefault(Variable) == "1";

    /// <returns>Null: no Supervisor started us. Blank is as good as not set.</returns>
    public static string? SupervisorToken(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault(SupervisorVariable)?.Trim() is { Length: > 0 } token ? token : null;

    public static bool IsUnderSupervisor(IReadOnlyDictionary<string, string> environment) => SupervisorToken(environment) is not null;
}
