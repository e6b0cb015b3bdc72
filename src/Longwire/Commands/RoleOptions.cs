using System.CommandLine;
using Longwire.Composition;
using Longwire.Options;
using Longwire.Privileges;

namespace Longwire.Commands;

/// <summary><c>--options</c> and <c>--data</c>, the same for every command that knows them.</summary>
internal static class RoleOptions
{
    public static Option<string?> File(string description) => new("--options") { Description = description, HelpName = "FILE" };

    public static Option<string?> Data() =>
        new("--data")
        {
            Description = $"Folder for what must survive restarts (default: {DataFolder.Default}, in our container {DataFolder.Container})",
            HelpName = "DIR",
        };

    /// <summary>
    /// The attach side's options: those named, else the Supervisor's, else those in /etc, if they are there; null if none are.
    /// </summary>
    public static string? FindAttach(string? named, ProgramContext context) =>
        named ?? Array.Find([context.SupervisorOptions, context.AttachOptions], System.IO.File.Exists);

    /// <summary>Where <see cref="FindAttach"/> looks, for a command's help.</summary>
    public static string AttachDefault { get; } = $"default: {OptionsFile.SupervisorPath}, else {OptionsFile.AttachPath}, if it exists";

    /// <summary>The folder named, else the container's if this is ours or these are the Supervisor's options, else the default.</summary>
    public static string DataOf(string? named, string? optionsPath, ProgramContext context) =>
        named
            ?? (ContainerImage.IsOurs(context.Environment) || optionsPath == context.SupervisorOptions ? DataFolder.Container
                : DataFolder.Default);

    public static string RequireAttach(string? named, ProgramContext context) =>
        FindAttach(named, context)
            ?? throw new UsageException($"No options: neither {OptionsFile.SupervisorPath} nor {OptionsFile.AttachPath} exists. Write the "
            + $"latter, or name a file with --options; it needs no more than 'pis: [{{address: 192.168.0.10}}]'.");
}
