using System.Reflection;

namespace Longwire;

internal static class ProgramVersion
{
    /// <summary>The release: 0.1.0.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
