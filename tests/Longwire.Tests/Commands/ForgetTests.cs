using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Tests.Attach;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.Commands;

public sealed class ForgetTests : IDisposable
{
    private readonly TestRun _run = new();
    private readonly FakeMemory _memory = new();

    public ForgetTests() => _run.Memory = _memory;

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("0658_0200_1")]
    [InlineData("z-wave")]
    public async Task A_radio_is_forgotten_by_its_id_or_by_its_name(string radio)
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", radio, "--data", _run.Folder));
        Assert.Equal(["0658_0200_1"], _memory.Forgotten);
        Assert.Contains("Forgotten: 0658_0200_1 (Z-Wave)", _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_means_all()
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "--all", "--data", _run.Folder));
        Assert.Equal(3, _memory.Forgotten.Count);
    }

    [Theory]
    [InlineData("nobody", "No radio is called 'nobody'. Known: 0658_0200_1 (Z-Wave)")]
    [InlineData("Twin", "2 radios are called 'Twin'; use an id")]
    public async Task A_radio_that_is_not_one_is_answered_with_those_there_are(string radio, string expected)
    {
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", radio, "--data", _run.Folder));
        Assert.Empty(_memory.Forgotten);
        Assert.Contains(expected, _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_attach_runs_nothing_is_forgotten_and_the_remedy_is_named()
    {
        using IDisposable? running = DataFolder.TryLock(_run.Folder, RoleLock.Attach);

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", "--all", "--data", _run.Folder));
        Assert.Empty(_memory.Forgotten);
        Assert.Contains("Stop it", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_not_made()
    {
        string missing = Path.Combine(_run.Folder, "missing");

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", "--all", "--data", missing));
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task A_memory_that_cannot_be_read_or_written_ends_with_1()
    {
        _memory.Fault = new IOException("the disk is full");

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", "--all", "--data", _run.Folder));
        Assert.Contains("Nothing is forgotten: the disk is full", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_that_attach_keeps_is_the_one_that_forgets()
    {
        _run.Memory = null;
        _run.Write("memory.json", """
            { "format": 1, "instance_id": "i", "radios": [
              { "id": "a", "name": "A", "pi_id": "p", "usb_id": "0658:0200", "port_chain": "1", "last_bus_id": "1-1", "serial_port_count": 1 },
              { "id": "b", "name": "B", "pi_id": "p", "usb_id": "0658:0200", "port_chain": "2", "last_bus_id": "1-2", "serial_port_count": 1 }] }
            """);

        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "a", "--data", _run.Folder));

        Assert.Equal(["b"], new RadioMemoryFile(_run.Folder).Read().Select(radio => radio.Id));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("--all")]
    public async Task What_a_killed_attach_left_on_a_port_is_not_forgotten_before_the_port_is_free(string what)
    {
        WriteBootId("this boot");
        Leave("a", "this boot");

        Assert.Equal(ExitCode.Failed, await _run.RunAsync("forget", what, "--data", _run.Folder));

        Assert.Contains(
            "a (a) may still sit on vhci port 2. Start longwire attach and stop it once", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], new RadioMemoryFile(_run.Folder).Read().Select(radio => radio.Id));
        // Another's port is no reason to keep this one.
        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "b", "--data", _run.Folder));
        Assert.Equal(2, Assert.Single(new RadioMemoryFile(_run.Folder).Read()).Attached?.Port);
    }

    [Fact]
    public async Task A_port_of_another_boot_is_free_by_itself()
    {
        WriteBootId("this boot");
        Leave("a", "another");

        Assert.Equal(ExitCode.Done, await _run.RunAsync("forget", "--all", "--data", _run.Folder));
        Assert.Empty(new RadioMemoryFile(_run.Folder).Read());
    }

    private void WriteBootId(string bootId)
    {
        Directory.CreateDirectory(Path.Combine(SysfsRoot.Below(_run.Folder).Proc, "sys/kernel/random"));
        File.WriteAllText(Path.Combine(SysfsRoot.Below(_run.Folder).Proc, "sys/kernel/random/boot_id"), bootId + "\n");
    }

    private void Leave(string radio, string bootId)
    {
        _run.Memory = null;
        var memory = new AttachMemory { InstanceId = "i", Radios = [AttachBench.Known("a"), AttachBench.Known("b")] };
        new MemoryFile(_run.Folder).Save(memory.With(memory.Find(radio)! with { Attached = new AttachRecord(bootId, 2, 65539, 2) }));
    }

    private sealed class FakeMemory : IRadioMemory
    {
        public List<string> Forgotten { get; } = [];
        public IOException? Fault { get; set; }

        public ImmutableArray<RadioMemory> Read() => [Known("0658_0200_1", "Z-Wave"), Known("x_1", "Twin"), Known("x_2", "twin")];

        public string? ReadInstanceId() => null;

        public void Forget(IReadOnlyCollection<string> radioIds)
        {
            if (Fault is not null) throw Fault;
            Forgotten.AddRange(radioIds);
        }

        public void Replace(RadioMemory radio, string? insteadOf) => throw new NotSupportedException("Nothing is replaced.");

        private static RadioMemory Known(string id, string name) => AttachBench.Known(id) with { Name = name };
    }
}
