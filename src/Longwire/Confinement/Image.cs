namespace Longwire.Confinement;

/// <summary>Where we run, as far as the environment tells.</summary>
internal static class Image
{
    /// <summary>Set in our Dockerfile: this is our image, of which nothing but its volumes outlives an update.</summary>
    public const string Variable = "LONGWIRE_CONTAINER";

    /// <summary>Set by the Supervisor.</summary>
    public const string SupervisorVariable = "SUPERVISOR_TOKEN";

    public static bool IsOurs(IReadOnlyDictionary<string, string> environment) => environment.GetValueOrDefault(Variable) == "1";

    public static bool IsUnderSupervisor(IReadOnlyDictionary<string, string> environment) =>
        !string.IsNullOrEmpty(environment.GetValueOrDefault(SupervisorVariable));
}
