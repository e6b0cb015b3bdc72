using System.Collections.Immutable;
using Longwire.Export.Link;
using Longwire.HomeAssistant.Broker;
using Longwire.Inventory;
using Longwire.Migration;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.Supervisor;
using Longwire.UsbIp.Linux;

namespace Longwire.Composition;

/// <summary>What a command finds around it. Tests bring their own.</summary>
internal sealed record ProgramContext
{
    public required TextWriter Output { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>Where the log goes.</summary>
    public required Func<Stream> OpenLog { get; init; }
    public required LogStyle LogStyle { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public SysfsRoot Sysfs { get; init; } = SysfsRoot.Machine;

    /// <summary>Where the machine's own files are: units, module lists, notes of the stock tool.</summary>
    public string FileRoot { get; init; } = "/";
    public FormerSetup Former => new(FileRoot, Sysfs);

    /// <summary>What the container's health check looks at.</summary>
    public HealthFile Health { get; init; } = new(HealthFile.DefaultPath);

    /// <summary>How a process changes itself, in the first stage of a container.</summary>
    public IOwnProcess Process { get; init; } = new OwnProcess();

    /// <summary>What attach remembers in a data folder.</summary>
    public Func<string, IRadioMemory> OpenMemory { get; init; } = folder => new RadioMemoryFile(folder);

    /// <summary>The Supervisor's options, used when they are there and no others are named.</summary>
    public string SupervisorOptions { get; init; } = Options.OptionsFile.SupervisorPath;

    /// <summary>The options of attach on any other machine, used likewise.</summary>
    public string AttachOptions { get; init; } = Options.OptionsFile.AttachPath;

    /// <summary>Under which addresses others may reach this machine.</summary>
    public Func<SysfsRoot, ImmutableArray<InterfaceAddress>> ReadAddresses { get; init; } = OwnAddresses.Read;

    public string MachineName { get; init; } = System.Environment.MachineName;

    /// <summary>Says which broker the options of attach lead to.</summary>
    public IBrokerSource Brokers { get; init; } = new ConfiguredBroker();

    /// <summary>The Supervisor that started us; null: none did.</summary>
    /// <exception cref="UsageException">Its address is none.</exception>
    public SupervisorClient? FindSupervisor()
    {
        try
        {
            return SupervisorClient.FromEnvironment(Environment, Time);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public IBrokerSource BrokersOf(SupervisorClient? supervisor) => supervisor is null ? Brokers : new SupervisorBroker(supervisor);

    /// <summary>Where the one attach of this machine is known.</summary>
    public string RunFolder { get; init; } = RoleLock.RunFolder;

    /// <summary>
    /// Gives up the rights that only a start needs, where that is to be done: then the program is started again, and this does not return.
    /// </summary>
    /// <returns>False: the role cannot run, and why was said.</returns>
    public async Task<bool> ConfineAsync(IEnumerable<string> modules, CancellationToken cancellationToken)
    {
        string? problem = await new PrivilegedStage(
            Sysfs, Environment, Process, KernelModules.LoadAsync, Error).RunAsync(modules, cancellationToken);
        if (problem is not null) await Error.WriteLineAsync(problem);
        return problem is null;
    }

    /// <summary>This process.</summary>
    public static ProgramContext Machine() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        OpenLog = Console.OpenStandardError,
        LogStyle = LogStream.Style(),
        Environment = Variables(),
    };

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }
        return variables;
    }
}
