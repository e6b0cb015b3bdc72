using Longwire.State;
using Longwire.Tests.Options;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A slip of the editor takes no working radio away; only an entry that is absent does.</summary>
public sealed class UnreadableOptionsTests
{
    private const string Radio = "0658_0200_ZW0001";
    private const string Pis = "pis: [{name: attic, address: 192.0.2.1}]\n";
    private const string Radios = "radios: [{match: 0658:0200, pi: attic}]\n";
    private const string BadAddress = "pis: [{name: attic, address: 192.168.0.}]\n" + Radios;
    private const string NoAddress = "pis: [{name: attic}]\n" + Radios;
    private const string NoList = "pis: {name: attic, address: 192.0.2.1}\n" + Radios;
    private const string MisspeltPis = "pies: [{name: attic, address: 192.0.2.1}]\n" + Radios;
    private const string BadPi = Pis + "radios: [{match: 0658:0200, pi: atic}]\n";
    private const string BadMatch = Pis + "radios: [{match: 0658:020, pi: attic}]\n";
    private const string MisspeltRadios = Pis + "radois: [{match: 10c4:ea60}]\n";
    private const string BadCode = "pis: [{name: attic, address: 192.0.2.1, pairing_code: LW1-X}]\n" + Radios;

    [Theory]
    [InlineData(BadAddress)]
    [InlineData(NoAddress)]
    [InlineData(NoList)]
    [InlineData(MisspeltPis)]
    [InlineData(BadPi)]
    [InlineData(BadMatch)]
    [InlineData(MisspeltRadios)]
    public async Task While_running_a_slip_leaves_the_radio_attached_and_is_named(string slip)
    {
        await using var bench = new AttachBench();
        Load(bench, Pis + Radios);
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Load(bench, slip);
        Snapshot snapshot = await bench.UntilAsync(
            s => s.Bridge.Problems.Any(problem => problem.Contains("stays in force", StringComparison.Ordinal)));
        Assert.False(attachment.Cancelled);
        Assert.False(bench.Watches["attic"].Stopped);
        Assert.Equal((Radio, RadioStatus.Attached), (Assert.Single(snapshot.Radios).Id, snapshot.Radios[0].Status));
        Assert.True(snapshot.Bridge.Problems.Length >= 2);

        Load(bench, "pis: [{name: cellar, address: 192.0.2.2}]\n");
        await bench.UntilAsync(s => s.Radios.IsEmpty && s.Pis.Length == 1);
        Assert.True(attachment.Cancelled);
    }

    [Theory]
    [InlineData(BadAddress, "pis[0].address")]
    [InlineData(NoAddress, "pis[0].address")]
    [InlineData(NoList, "pis")]
    [InlineData(MisspeltPis, "pies")]
    [InlineData(BadPi, "radios[0].pi")]
    [InlineData(BadMatch, "radios[0].match")]
    [InlineData(BadCode, "pis[0].pairing_code")]
    public async Task At_the_start_a_radio_whose_entry_cannot_be_read_is_failed_and_not_gone(string slip, string named)
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        Load(bench, slip);
        Snapshot first = await bench.UntilAsync(snapshot => snapshot != Snapshot.Empty);
        RadioSnapshot radio = Assert.Single(first.Radios);
        Assert.Equal(RadioStatus.Failed, radio.Status);
        Assert.StartsWith(named, radio.Reason, StringComparison.Ordinal);
        Assert.Equal(("attic", "attic"), (Assert.Single(first.Pis).Id, first.Pis[0].Name));
        Load(bench, Pis + Radios);
        await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        await bench.UntilStatusAsync(Radio, RadioStatus.Attached);
    }

    [Fact]
    public async Task A_detached_radio_stays_detached_while_its_entry_cannot_be_read()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001", wanted: false));
        Load(bench, BadAddress);
        await bench.UntilStatusAsync(Radio, RadioStatus.Detached);
    }

    [Fact]
    public async Task A_pairing_code_ends_the_unencrypted_connection_and_says_so_where_the_radio_was()
    {
        await using var bench = new AttachBench();
        Load(bench, Pis + Radios);
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        Load(bench, BadCode);
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Failed)).Radios);
        Assert.True(attachment.Cancelled);
        Assert.Contains("has a typo", radio.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_radio_that_had_left_the_options_is_not_brought_back_by_an_entry_that_cannot_be_read()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        Load(bench, Pis + "radios: [1cf1:0030]\n");
        await bench.UntilAsync(snapshot => snapshot.Pis.Length == 1 && snapshot.Radios.IsEmpty);
        Load(bench, BadMatch);
        await bench.UntilAsync(s => s.Bridge.Problems.Any(problem => problem.Contains("stays in force", StringComparison.Ordinal)));
        Assert.Empty(bench.Feed.Current.Radios);
        Assert.True(bench.Memory.Find(Radio)!.LeftOptions);
    }

    private static void Load(AttachBench bench, string yaml) => bench.Load(Read.Yaml(yaml));
}
