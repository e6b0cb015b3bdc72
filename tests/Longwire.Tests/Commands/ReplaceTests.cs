using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Tests.Attach;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.Tests.Commands;

/// <summary><c>longwire replace OLD NEW</c>, in the memory that attach keeps.</summary>
public sealed class ReplaceTests : IDisposable
{
    private readonly TestRun _run = new();

    public ReplaceTests() => Save(
        AttachBench.Known("old", "OLD001") with { Name = "Z-Wave", Disconnects = 3 },
        AttachBench.Known("new", "NEW001", "1.3") with { Name = "Z-Wave 2", VhciPort = 4 },
        AttachBench.Known("third") with { Name = "Third" });

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("old", "new")]
    [InlineData("z-wave", "Z-Wave 2")]
    [InlineData("old", "0658:0200:NEW001")]
    public async Task The_new_radios_stick_is_the_old_radio_from_then_on_and_the_new_one_is_none(string old, string with)
    {
        Assert.Equal(ExitCode.Done, await ReplaceAsync(old, with));
        RadioMemory radio = Memory()[0];
        Assert.Equal(("old", "Z-Wave", 3L, "NEW001", "1.3"), (radio.Id, radio.Name, radio.Disconnects, radio.Serial, radio.PortChain));
        Assert.Equal(["old", "third"], Memory().Select(known => known.Id));
        Assert.Contains(
            "Replaced: old (Z-Wave) is the stick 0658:0200:NEW001 from now on, instead of 0658:0200:OLD001.",
            _run.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("new (Z-Wave 2) is no radio any more", _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stick_that_is_no_radio_yet_is_named_by_its_serial()
    {
        Assert.Equal(ExitCode.Done, await ReplaceAsync("old", "303a:4001:9C139EAD2A44"));
        RadioMemory radio = Memory()[0];
        Assert.Equal(("old", "303a:4001", "9C139EAD2A44"), (radio.Id, radio.UsbId, radio.Serial));
        Assert.Equal(3, Memory().Length);
    }

    [Fact]
    public async Task It_can_be_undone()
    {
        await ReplaceAsync("old", "new");
        Assert.Equal(ExitCode.Done, await ReplaceAsync("old", "0658:0200:OLD001"));
        Assert.Equal("OLD001", Memory()[0].Serial);
    }

    [Fact]
    public async Task The_entry_that_names_the_old_stick_is_named_with_what_to_write_there()
    {
        string options = _run.Write("attach.yaml", "pis: [{name: attic, address: 192.0.2.1}]\nradios: ['0658:0200:OLD001']");
        Assert.Equal(ExitCode.Done, await ReplaceAsync("old", "new", "--options", options));
        Assert.Contains(
            "In the options radios[0] names it as it was, '0658:0200:OLD001', and goes on to mean it; write \"0658:0200:NEW001\" there.",
            _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "new", "No radio is called 'nobody'. Known: old (Z-Wave), new (Z-Wave 2), third (Third).")]
    [InlineData("old", "nobody", "No radio is called 'nobody'")]
    [InlineData("old", "0658:0200@1.3", "is named as vid:pid:serial")]
    [InlineData("old", "old", "old (Z-Wave) is that stick already")]
    [InlineData("old", "0658:0200:OLD001", "old (Z-Wave) is that stick already")]
    public async Task What_cannot_be_done_is_said_and_changes_nothing(string old, string with, string expected)
    {
        Assert.Equal(ExitCode.Failed, await ReplaceAsync(old, with));
        Assert.Contains(expected, _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["OLD001", "NEW001", null], Memory().Select(radio => radio.Serial));
    }

    [Fact]
    public async Task While_attach_runs_nothing_is_replaced_and_the_other_way_is_named()
    {
        using IDisposable? running = DataFolder.TryLock(_run.Folder, RoleLock.Attach);
        Assert.Equal(ExitCode.Failed, await ReplaceAsync("old", "new"));
        Assert.Contains("Stop it, replace, and start it again", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("press Reattach on the old radio", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Memory().Length);
    }

    [Theory]
    [InlineData("old")]
    [InlineData("new")]
    public async Task What_a_killed_attach_left_on_a_port_is_freed_first(string left)
    {
        string path = Path.Combine(SysfsRoot.Below(_run.Folder).Proc, "sys/kernel/random/boot_id");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "this boot\n", TestContext.Current.CancellationToken);
        var record = new AttachRecord("this boot", 2, 65539, 2);
        Save([.. Memory().Select(radio => radio.Id == left ? radio with { Attached = record } : radio)]);
        Assert.Equal(ExitCode.Failed, await ReplaceAsync("old", "new"));
        Assert.Contains("Start longwire attach and stop it once, which frees the port", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Memory().Length);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_not_made()
    {
        string missing = Path.Combine(_run.Folder, "missing");
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("replace", "old", "new", "--data", missing));
        Assert.False(Directory.Exists(missing));
    }

    [Theory]
    [InlineData("replace")]
    [InlineData("replace", "old")]
    [InlineData("replace", "old", "new", "third")]
    public async Task Two_radios_are_named_and_no_more(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, await _run.RunAsync(arguments));

    private Task<int> ReplaceAsync(string old, string with, params string[] more) =>
        _run.RunAsync(["replace", old, with, "--data", _run.Folder, .. more]);

    private ImmutableArray<RadioMemory> Memory() => new RadioMemoryFile(_run.Folder).Read();

    private void Save(params RadioMemory[] radios) =>
        new MemoryFile(_run.Folder).Save(new AttachMemory { InstanceId = "i", Radios = [.. radios] });
}
