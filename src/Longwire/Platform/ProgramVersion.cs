using System.Globalization;
using System.Reflection;

namespace Longwire.Platform;

internal static class ProgramVersion
{
    /// <summary>The release: 0.1.0.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Where people read about the project, from the build's <c>PackageProjectUrl</c>; null: it says none.</summary>
    public static string? ProjectUrl { get; } = Written("ProjectUrl");

    /// <summary>The day from which on this release can have been built: no clock that is right is before it.</summary>
    public static DateTimeOffset Released { get; } = DateTimeOffset.TryParse(
        Written("ReleaseDate"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
        ? date
        : DateTimeOffset.UnixEpoch;

    private static string? Written(string key) =>
        typeof(ProgramVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(entry => entry.Key == key)?.Value;
}
