using System.Text;
using Longwire.Options;

namespace Longwire.Tests.Options;

/// <summary>Options from texts, as the tests write them.</summary>
internal static class Read
{
    public static LoadedOptions<AttachOptions> Yaml(string text) => OptionsFile.ParseAttach(Encoding.UTF8.GetBytes(text), "attach.yaml");

    public static LoadedOptions<AttachOptions> Json(string text) => OptionsFile.ParseAttach(Encoding.UTF8.GetBytes(text), "options.json");

    public static LoadedOptions<ExportOptions> Export(string yaml, params (string Name, string Value)[] environment)
    {
        var problems = new ProblemList();
        MapNode variables = ExportEnvironment.Read(
            environment.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)), problems);
        return ExportOptionsReader.Read(OptionsText.Parse(Encoding.UTF8.GetBytes(yaml), "export.yaml"), variables, problems);
    }
}
