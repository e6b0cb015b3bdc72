namespace Longwire.Options;

/// <summary>Options from files, as the two roles read them.</summary>
internal static class OptionsFile
{
    /// <summary>Written by the Supervisor.</summary>
    public const string SupervisorPath = "/data/options.json";
    public const string AttachPath = "/etc/longwire/attach.yaml";
    public const string ExportPath = "/etc/longwire/export.yaml";

    /// <exception cref="OptionsException">The file as a whole cannot be read: exit 2.</exception>
    public static LoadedOptions<AttachOptions> LoadAttach(string path) => ParseAttach(OptionsText.Read(path), path);

    /// <summary>The file that export reads: what was asked for, else <see cref="ExportPath"/> if it is there, else null.</summary>
    public static string? FindExport(string? path) => path ?? (File.Exists(ExportPath) ? ExportPath : null);

    /// <param name="path">Null: as <see cref="FindExport"/> has it. A path that was asked for must exist.</param>
    /// <exception cref="OptionsException">The file as a whole cannot be read: exit 2.</exception>
    public static LoadedOptions<ExportOptions> LoadExport(string? path, IEnumerable<KeyValuePair<string, string>> environment)
    {
        path = FindExport(path);
        return ParseExport(path is null ? [] : OptionsText.Read(path), path ?? ExportPath, environment);
    }

    /// <exception cref="OptionsException">Not parsable.</exception>
    public static LoadedOptions<ExportOptions> ParseExport(
        ReadOnlySpan<byte> bytes, string path, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var problems = new ProblemList();
        MapNode file = OptionsText.Parse(bytes, path);
        return ExportOptionsReader.Read(file, ExportEnvironment.Read(environment, problems), problems);
    }

    /// <exception cref="OptionsException">Not parsable.</exception>
    public static LoadedOptions<AttachOptions> ParseAttach(ReadOnlySpan<byte> bytes, string path) =>
        AttachOptionsReader.Read(OptionsText.Parse(bytes, path));
}
