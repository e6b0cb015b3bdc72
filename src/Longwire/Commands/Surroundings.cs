using Longwire.HomeAssistant;
using Longwire.UsbIp.Sysfs;

namespace Longwire.Commands;

/// <summary>What a command finds around it. Tests bring their own.</summary>
internal sealed record Surroundings
{
    public required TextWriter Output { get; init; }
    public required TextWriter Error { get; init; }

    /// <summary>Where the log goes.</summary>
    public required Func<Stream> OpenLog { get; init; }
    public required LogStyle LogStyle { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public SysfsRoot Sysfs { get; init; } = SysfsRoot.Machine;

    /// <summary>What attach remembers in a data folder.</summary>
    public Func<string, IRadioMemory> OpenMemory { get; init; } = folder => new RadioMemoryFile(folder);

    /// <summary>The Supervisor's options, used when they are there and no others are named.</summary>
    public string SupervisorOptions { get; init; } = Options.OptionsFile.SupervisorPath;

    /// <summary>The options of attach on any other machine, used likewise.</summary>
    public string AttachOptions { get; init; } = Options.OptionsFile.AttachPath;

    /// <summary>Says which broker the options of attach lead to.</summary>
    public IBrokerSource Brokers { get; init; } = new ConfiguredBroker();

    /// <summary>Where the one attach of this machine is known.</summary>
    public string RunFolder { get; init; } = RoleLock.RunFolder;

    /// <summary>This process.</summary>
    public static Surroundings Machine() => new()
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
