using System.Diagnostics;
using System.Runtime.CompilerServices;
using Longwire.Options;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Longwire.Tests.AddOn;

/// <summary>The repository as somebody checks it out: what the Supervisor and Docker read of it.</summary>
internal static class Checkout
{
    private static readonly string[] s_notPartOfIt = [".git", "artifacts", "bin", "obj"];

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "../../.."));

    public static string PathOf(string file) => Path.Combine(Root, file);

    public static string Text(string file) => File.ReadAllText(PathOf(file));

    /// <summary>A file of YAML or JSON, read as our own options are: a key that stands there twice is still there twice.</summary>
    public static MapNode Map(string file) => OptionsText.Parse(File.ReadAllBytes(PathOf(file)), file);

    /// <summary>A file of YAML with all that YAML has, tags such as Home Assistant's own among it.</summary>
    public static YamlMappingNode Yaml(string file) => YamlOf(Text(file));

    /// <inheritdoc cref="Yaml"/>
    public static YamlMappingNode YamlOf(string text)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    /// <summary>Relative to <see cref="Root"/>, folders with a dot included.</summary>
    public static IEnumerable<string> Files() =>
        FilesBelow(Root).Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    public static async Task<(int Exit, string Said)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static IEnumerable<string> FilesBelow(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder)) yield return file;
        foreach (string inner in Directory.EnumerateDirectories(folder))
        {
            if (s_notPartOfIt.Contains(Path.GetFileName(inner))) continue;
            foreach (string file in FilesBelow(inner)) yield return file;
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
