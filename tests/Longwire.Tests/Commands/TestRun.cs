using System.Net;
using Longwire.Commands;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.HomeAssistant.Broker;
using Longwire.Inventory;
using Longwire.Platform;
using Longwire.Tests.Privileges;
using Longwire.UsbIp.Linux;

namespace Longwire.Tests.Commands;

/// <summary>Runs command lines inside the test, in a folder of their own.</summary>
internal sealed class TestRun : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("longwire-").FullName;
    public StringWriter Output { get; } = new();
    public StringWriter Error { get; } = new();
    public MemoryStream Log { get; } = new();
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);
    public string HealthFilePath => Path.Combine(Folder, "run/healthy");
    public FakeOwnProcess Process { get; } = new();
    public IRadioMemory? Memory { get; set; }
    public IBrokerSource Brokers { get; set; } = new ConfiguredBroker();

    public string MachineName { get; set; } = "attic";

    public List<InterfaceAddress> Addresses { get; } = [new("eth0", IPAddress.Parse("192.168.0.10"))];

    /// <summary>Stands for /etc/longwire/attach.yaml; it is not there until a test writes it.</summary>
    public string AttachOptions => Path.Combine(Folder, "etc-attach.yaml");

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public string RunFolder => Path.Combine(Folder, "run");

    public string Write(string name, string content)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        arguments,
        new ProgramContext
        {
            Output = Output,
            Error = Error,
            OpenLog = () => Log,
            LogStyle = LogStyle.Plain,
            Environment = Environment,
            Sysfs = SysfsRoot.Below(Folder),
            SupervisorOptions = Path.Combine(Folder, "supervisor.json"),
            AttachOptions = AttachOptions,
            Brokers = Brokers,
            ReadAddresses = _ => [.. Addresses],
            MachineName = MachineName,
            RunFolder = RunFolder,
            FileRoot = Folder,
            Health = new HealthFile(HealthFilePath),
            Process = Process,
            OpenMemory = folder => Memory ?? new RadioMemoryFile(folder),
        },
        CancellationToken.None);
}
