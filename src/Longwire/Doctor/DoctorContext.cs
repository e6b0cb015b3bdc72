using System.Collections.Immutable;
using System.Net;
using Longwire.Attach.Memory;
using Longwire.HomeAssistant.Broker;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Privileges;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>What the checks look at. Tests bring their own.</summary>
internal sealed record DoctorContext
{
    /// <summary>The options of the host's side; null: this machine is no host.</summary>
    public AttachOptions? Attach { get; init; }

    /// <summary>The options of the Pi's side; null: this machine is no Pi.</summary>
    public ExportOptions? Export { get; init; }

    /// <summary>It is attach that runs the checks.</summary>
    public bool IsAttach { get; init; }

    /// <summary>What could not be read of either.</summary>
    public ImmutableArray<OptionProblem> OptionProblems { get; init; } = [];

    public required string DataFolder { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;
    public SysfsRoot Sysfs { get; init; } = SysfsRoot.Machine;

    /// <summary>Where the machine's own files are: units, rules, modules.</summary>
    public string FileRoot { get; init; } = "/";

    /// <summary>What attach remembers.</summary>
    public IRadioMemory? Memory { get; init; }

    /// <summary>None where that cannot be read.</summary>
    public ImmutableArray<RadioMemory> RememberedRadios => Memory?.ReadIfPossible(out _) ?? [];

    public IBrokerSource Brokers { get; init; } = new ConfiguredBroker();
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public Func<ClockReading?> ReadClock { get; init; } = KernelClock.Read;

    /// <summary>The addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>What is free on the disk of a folder, in bytes.</summary>
    public Func<string, long> FreeBytes { get; init; } = static folder => new DriveInfo(folder).AvailableFreeSpace;

    public Func<SysfsRoot, KernelLogReading> ReadKernelLog { get; init; } = KernelLog.Read;

    /// <summary>It has the rights that Longwire has: what this run may not do, Longwire may not do either.</summary>
    public bool IsPrivileged { get; init; } = System.Environment.IsPrivilegedProcess;

    /// <inheritdoc cref="DoctorTimers.Check"/>
    public TimeSpan Within { get; init; } = DoctorTimers.Check;

    /// <inheritdoc cref="DoctorTimers.Pi"/>
    public TimeSpan PiWithin { get; init; } = DoctorTimers.Pi;

    /// <inheritdoc cref="DoctorTimers.Enumeration"/>
    public TimeSpan Enumeration { get; init; } = DoctorTimers.Enumeration;

    /// <summary>One for all rounds of a process: what hangs is not asked again until it has returned.</summary>
    public BlockingCalls Calls { get; init; } = new();

    /// <summary>The machine's files and processes are not those that we see.</summary>
    public bool IsInContainer => ContainerImage.IsOurs(Environment) || ContainerImage.IsUnderSupervisor(Environment);
}
