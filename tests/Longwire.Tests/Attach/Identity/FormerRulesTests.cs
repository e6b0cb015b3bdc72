using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

/// <summary>Rules that name a radio by what it was before.</summary>
public sealed class FormerRulesTests
{
    private static readonly RadioMemory s_replaced = Succession.TakeOver(Known("r", "OLD001"), Known("n", "NEW001", "1.3"));

    [Theory]
    [InlineData("0658:0200:OLD001", "0658:0200:NEW001")]
    [InlineData("0658:0200@1.2", "0658:0200@1.3")]
    [InlineData("0658:0200@platform/soc/1.2", "0658:0200@platform/soc/1.3")]
    public void A_rule_goes_on_to_mean_its_radio_and_what_to_write_there_is_known(string match, string advised)
    {
        StickSelection selection = SelectionOf([match], s_replaced);
        Assert.Equal(match, selection.RuleOf(s_replaced)?.Match.ToString());
        Assert.True(selection.Covers(s_replaced));
        Assert.Contains($"write \"{advised}\"", selection.Former.Advice(s_replaced), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0658:0200")]
    [InlineData("0658:0200:NEW001")]
    [InlineData("0658:0200@1.3")]
    public void Where_a_rule_names_it_as_it_is_there_is_nothing_to_advise(string match)
    {
        StickSelection selection = SelectionOf([match], s_replaced);
        Assert.Equal(match, selection.RuleOf(s_replaced)?.Match.ToString());
        Assert.Null(selection.Former.Advice(s_replaced));
    }

    [Fact]
    public void The_rule_that_names_it_as_it_is_counts_before_one_that_names_it_as_it_was() =>
        Assert.Equal("radios[1]", SelectionOf(["0658:0200:OLD001", "0658:0200:NEW001"], s_replaced).RuleOf(s_replaced)?.Path);

    [Fact]
    public void It_keeps_the_rule_that_it_had_although_a_later_one_names_its_kind() =>
        Assert.Equal("radios[0]", SelectionOf(["0658:0200:OLD001", "0658:0200"], s_replaced).RuleOf(s_replaced)?.Path);

    [Fact]
    public void A_kind_that_it_was_names_it_while_no_rule_names_what_it_is()
    {
        RadioMemory radio = Succession.TakeOver(Known("r", "OLD001"), Known("n", "NEW001", "1.3") with { UsbId = "303a:4001" });
        Assert.Equal("radios[0]", SelectionOf(["0658:0200"], radio).RuleOf(radio)?.Path);
        Assert.Contains("write \"303a:4001\"", SelectionOf(["0658:0200"], radio).Former.Advice(radio), StringComparison.Ordinal);
    }

    [Fact]
    public void A_radio_of_a_Pi_that_the_options_no_longer_name_keeps_no_rule_from_the_stick_that_it_was()
    {
        StickSelection selection = SelectionOf(["0658:0200:OLD001"], s_replaced with { PiId = "cellar" });
        var back = new Candidate(
            "attic", BusId.Parse("1-1.2"), new UsbPort("platform/soc", "1.2"), Zwave, IdentityOf("OLD001"), RadioId: null,
            System.Collections.Immutable.ImmutableHashSet<string>.Empty);
        Assert.Empty(selection.Ambiguities([back]));
        Assert.Equal(Selection.Take, selection.Of(back, [back]));
    }

    [Fact]
    public void What_was_recognised_before_is_wanted_without_rules_whatever_it_is_called_now()
    {
        RadioMemory radio = Succession.Follow(Known("r", "OLD001"), UsbId.Parse("0658:9999"), "OLD001", replaced: false);
        Assert.True(SelectionOf([], radio).Covers(radio));
        Assert.False(SelectionOf([], radio with { Former = [] }).Covers(radio with { Former = [] }));
    }

    [Fact]
    public void The_stick_of_before_is_not_taken_by_the_rule_and_a_sentence_says_what_to_do()
    {
        StickSelection selection = SelectionOf(["0658:0200:OLD001"], s_replaced);
        Candidate back = At("1.2", "OLD001");
        Assert.Equal(Selection.Ambiguous, selection.Of(back, [back]));
        string told = Assert.Single(selection.Former.LeftAlone([back])).Problem;
        Assert.StartsWith("radios[0]: '0658:0200:OLD001' is a stick that is back at port 1.2 of attic", told, StringComparison.Ordinal);
        Assert.Contains("Write \"0658:0200:NEW001\" there", told, StringComparison.Ordinal);
        // The radio itself is taken by it.
        Assert.Equal(Selection.Take, selection.Of(At("1.3", "NEW001") with { RadioId = "r" }, [back]));
    }

    [Fact]
    public void With_an_entry_of_its_own_the_stick_of_before_is_taken()
    {
        StickSelection selection = SelectionOf(["0658:0200:NEW001", "0658:0200:OLD001"], s_replaced);
        Candidate back = At("1.2", "OLD001");
        Assert.Equal(Selection.Take, selection.Of(back, [back]));
        Assert.Empty(selection.Former.LeftAlone([back]));
    }

    [Fact]
    public void A_serial_that_is_a_radios_own_by_now_is_that_radios()
    {
        RadioMemory back = Known("b", "OLD001");
        StickSelection selection = SelectionOf(["0658:0200:OLD001"], s_replaced, back);
        Assert.NotNull(selection.RuleOf(back));
        Assert.Null(selection.RuleOf(s_replaced));
    }

    private static StickSelection SelectionOf(string[] rules, params RadioMemory[] known) => new(
        Wishes([Pi("attic")], [.. rules.Select((match, index) => Rule(match, index: index))]), KnownRadios.Default, [.. known]);

    private static Candidate At(string port, string serial) => new(
        "attic", BusId.Parse("1-" + port), new UsbPort("platform/soc", port), Zwave, IdentityOf(serial), null, new HashSet<string>());
}
