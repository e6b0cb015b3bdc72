using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Entries whose port is a stick's in all but the spelling.</summary>
public sealed class PortSpellingsTests
{
    private static readonly ExportedDevice s_other = Device("3-1.3", 7) with
    {
        Path = "/sys/devices/platform/other.usb/usb3/3-1/3-1.3", BusNumber = 3,
    };

    [Theory]
    [InlineData("0658:0200@01.3", "0658:0200@1.3")]
    [InlineData("0658:0200@platform/SOC/1.3", "0658:0200@1.3")]
    [InlineData("0658:0200@usb1/1.3", "0658:0200@1.3")]
    public async Task An_entry_that_matches_nothing_is_told_how_the_stick_that_is_there_is_written(string written, string right)
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule(written)));
        bench.List("attic", Device("1-1.3"), Device("1-1.4", 4));
        string problem = Assert.Single((await bench.UntilAsync(s => s.Bridge.Problems.Length > 0)).Bridge.Problems);
        Assert.Contains($"attic has such a stick at \"{right}\": if that is meant, write it so", problem, StringComparison.Ordinal);
        Assert.Empty(bench.Attachments);
    }

    [Fact]
    public async Task Where_the_Pi_has_several_controllers_the_stick_is_named_with_its_own()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@usb3/1.3")));
        bench.List("attic", s_other, Device("1-1.4", 4));
        string problem = Assert.Single((await bench.UntilAsync(s => s.Bridge.Problems.Length > 0)).Bridge.Problems);
        Assert.Contains("\"0658:0200@platform/other.usb/1.3\"", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_no_stick_of_the_kind_is_at_is_not_misspelt()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.3")));
        bench.List("attic", Device("1-1.4", 4), Device("1-1.3", 5, "1cf1:0030"));
        string problem = Assert.Single((await bench.UntilAsync(s => s.Bridge.Problems.Length > 0)).Bridge.Problems);
        Assert.Contains("Plug it in", problem, StringComparison.Ordinal);
    }

    // The entry cannot be read, and the options say the chain; the list says which controller.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_an_entry_that_cannot_be_read_the_controller_is_named_where_there_are_several(bool several)
    {
        await using var bench = new AttachBench();
        LoadedOptions<AttachOptions> loaded = OptionsFile.ParseAttach(
            "pis: [{name: attic, address: 192.0.2.1}]\nradios: ['0658:0200@3-1.3']"u8.ToArray(), "attach.yaml");
        bench.Tell(new Longwire.Attach.AttachEvent.OptionsLoaded(loaded));
        bench.List("attic", several ? [s_other, Device("1-1.4", 4)] : [s_other]);
        await bench.SettledAsync();
        Snapshot snapshot = bench.Feed.Current;
        Assert.Contains(snapshot.Bridge.Problems, told => told.Contains("write \"0658:0200@1.3\"", StringComparison.Ordinal));
        Assert.Equal(
            several,
            snapshot.Bridge.Problems.Any(told => told.EndsWith("is \"0658:0200@platform/other.usb/1.3\".", StringComparison.Ordinal)));
        Assert.Empty(bench.Attachments);
    }
}
