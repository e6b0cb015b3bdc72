using System.Collections.Immutable;
using System.Net;
using Longwire.Attach.Memory;
using Longwire.Doctor;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>A machine of files. Every finding that a test provokes on it is held to the rules for sentences.</summary>
internal sealed class DoctorBench : IDisposable
{
    /// <summary>Stands wherever a secret may: no finding has it.</summary>
    public const string Secret = "hushhush";

    public FakeSysfs Sysfs { get; } = new();
    public string DataFolder { get; set; }
    public DoctorContext Context { get; set; }

    public DoctorBench()
    {
        DataFolder = Directory.CreateDirectory(Path.Combine(Sysfs.Folder, "data")).FullName;
        Context = new DoctorContext
        {
            DataFolder = DataFolder,
            Attach = AttachOptions.Default,
            Export = ExportOptions.Default,
            Sysfs = Sysfs.Root,
            FileRoot = Sysfs.Folder,
            IsPrivileged = true,
            Enumeration = TimeSpan.FromMilliseconds(20),
            ReadClock = () => new ClockReading(1000),
        };
        BeRoot();
    }

    public void Dispose() => Sysfs.Dispose();

    /// <summary>As this user, who sees all processes.</summary>
    public void BeRoot(bool yes = true)
    {
        string id = yes ? "0" : "1000";
        Write("proc/self/status", $"Name:\tlongwire\nUid:\t{id}\t{id}\t{id}\t{id}\n");
        if (yes) Write("proc/2/comm", "kthreadd\n");
        Context = Context with { IsPrivileged = yes };
    }

    public void BeInContainer()
    {
        string comm = Path.Combine(Sysfs.Folder, "proc/2/comm");
        File.Delete(comm);
        Context = Context with { Environment = new Dictionary<string, string> { ["LONGWIRE_CONTAINER"] = "1" } };
    }

    public void BeUnderSupervisor() =>
        Context = Context with { Environment = new Dictionary<string, string> { ["SUPERVISOR_TOKEN"] = Secret } };

    public string Write(string file, string text)
    {
        string path = Path.Combine(Sysfs.Folder, file);
        FakeSysfs.WriteFile(path, text);
        return path;
    }

    public void HasPis(params ImmutableArray<PiOptions> pis) =>
        Context = Context with { Attach = AttachOptions.Default with { Pis = pis } };

    public void Remembers(params ImmutableArray<RadioMemory> radios) => Context = Context with { Memory = new Memory(radios) };

    public static PiOptions Pi(int port, string host = "127.0.0.1", string name = "attic") =>
        new() { Id = name, Name = name, Address = host, EndPoint = new DnsEndPoint(host, port) };

    public async Task<IReadOnlyList<Finding>> RunAsync(ICheck check)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        IReadOnlyList<Finding> findings = await DoctorRun.RunAsync([check], Context, cancelled).WaitAsync(Deadlines.Patience, cancelled);
        Assert.All(findings, FindingRules.Hold);
        return findings;
    }

    /// <summary>The one finding of that question.</summary>
    public async Task<Finding> FindAsync(ICheck check, string? id = null, string? subject = null) => Assert.Single(
        await RunAsync(check), finding => finding.Id == (id ?? check.Question.Id) && (subject is null || finding.Subject == subject));

    /// <summary>A text of Recorded/ without its header.</summary>
    public static string Recorded(string file)
    {
        string text = Checkout.Text($"tests/Longwire.Tests/Doctor/Recorded/{file}");
        Assert.Matches("^# (Recorded|Not recorded)", text);
        return string.Join('\n', text.Split('\n').Where(line => !line.StartsWith('#')));
    }

    private sealed class Memory(ImmutableArray<RadioMemory> radios) : IRadioMemory
    {
        public ImmutableArray<RadioMemory> Read() => radios;

        public string? ReadInstanceId() => null;

        public void Forget(IReadOnlyCollection<string> radioIds) => throw new NotSupportedException();

        public void Replace(RadioMemory radio, string? insteadOf) => throw new NotSupportedException();
    }
}
