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

    /// <param name="path">Null: <see cref="ExportPath"/> if it is there. A path that was asked for must exist.</param>
    /// <exception cref="OptionsException">The file as a whole cannot be read: exit 2.</exception>
    public static LoadedOptions<ExportOptions> LoadExport(string? path, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var problems = new ProblemList();
        MapNode file = MapNode.Empty;
        if (path is not null || File.Exists(ExportPath)) file = OptionsText.Parse(OptionsText.Read(path ?? ExportPath), path ?? ExportPath);
        return ExportOptionsReader.Read(file, ExportEnvironment.Read(environment, problems), problems);
    }

    /// <exception cref="OptionsException">Not parsable.</exception>
    public static LoadedOptions<AttachOptions> ParseAttach(ReadOnlySpan<byte> bytes, string path) => AttachOptionsReader.Read(OptionsText.Parse(bytes, path));
}
