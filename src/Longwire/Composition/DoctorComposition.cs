using Longwire.Doctor;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;

namespace Longwire.Composition;

/// <summary>What the checks are to look at: of this machine, and of its sides.</summary>
internal static class DoctorComposition
{
    /// <param name="attach">Null: this machine is no host.</param>
    /// <param name="export">Null: this machine is no Pi.</param>
    public static DoctorContext ContextOf(
        ProgramContext program, LoadedOptions<AttachOptions>? attach, LoadedOptions<ExportOptions>? export, IBrokerSource brokers,
        string dataFolder) =>
        new()
        {
            Attach = attach?.Options,
            Export = export?.Options,
            OptionProblems = [.. attach?.Problems ?? [], .. export?.Problems ?? []],
            DataFolder = dataFolder,
            Environment = program.Environment,
            Sysfs = program.Sysfs,
            FileRoot = program.FileRoot,
            Memory = program.OpenMemory(dataFolder),
            Brokers = brokers,
            Time = program.Time,
        };
}
