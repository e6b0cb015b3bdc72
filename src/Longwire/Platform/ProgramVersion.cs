using System.Reflection;

namespace Longwire.Platform;

internal static class ProgramVersion
{
    /// <summary>The release: 0.1.0.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Where people read about the project, from the build's <c>PackageProjectUrl</c>; null: it says none.</summary>
    public static string? ProjectUrl { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(entry => entry.Key == "ProjectUrl")?.Value;
}
