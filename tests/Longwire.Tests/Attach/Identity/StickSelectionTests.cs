using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Identity;

public sealed class StickSelectionTests
{
    [Fact]
    public void Without_rules_what_is_recognised_with_certainty_is_taken() => Assert.Equal(Selection.Take, Of([], At("1.2", null)));

    [Fact]
    public void Without_rules_a_stranger_is_not_wanted() => Assert.Equal(Selection.NotWanted, Of([], At("1.2", null, "046d:c31c")));

    [Fact]
    public void Without_rules_a_generic_bridge_is_asked_and_then_taken_by_its_texts_alone()
    {
        Candidate bridge = At("1.2", null, "10c4:ea60");
        Assert.Equal(Selection.Identify, Of([], bridge));
        Assert.Equal(
            Selection.NotWanted, Of([], bridge with { Identity = IdentityOf("1", "10c4:ea60") with { Product = "Receipt printer" } }));
    }

    [Fact]
    public void What_no_rule_names_is_not_wanted_even_if_it_is_recognised() =>
        Assert.Equal(Selection.NotWanted, Of(["1cf1:0030"], At("1.2", "A")));

    [Fact]
    public void A_rule_with_a_port_takes_what_is_plugged_in_there_and_nothing_else()
    {
        Assert.Equal(Selection.Take, Of(["0658:0200@1.2"], At("1.2", null), At("1.3", null)));
        Assert.Equal(Selection.NotWanted, Of(["0658:0200@1.2"], At("1.3", "A"), At("1.2", null)));
    }

    [Fact]
    public void A_rule_with_a_serial_asks_first_and_then_takes_its_own_only()
    {
        Assert.Equal(Selection.Identify, Of(["0658:0200:A"], At("1.2", null)));
        Assert.Equal(Selection.Take, Of(["0658:0200:A"], At("1.2", "A")));
        Assert.Equal(Selection.NotWanted, Of(["0658:0200:A"], At("1.2", "B")));
    }

    [Fact]
    public void A_rule_for_one_Pi_is_not_about_another()
    {
        AttachOptions options = Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200", "cellar"));
        Candidate here = At("1.2", "A"), there = here with { PiId = "cellar" };
        Assert.Equal(Selection.NotWanted, SelectionOf(options).Of(here, [here, there]));
        Assert.Equal(Selection.Take, SelectionOf(options).Of(there, [here, there]));
    }

    [Fact]
    public void One_rule_and_two_sticks_that_it_never_gave_is_ambiguous() =>
        Assert.All(
            [At("1.2", "A"), At("1.3", "B")],
            stick => Assert.Equal(Selection.Ambiguous, Of(["0658:0200"], stick, At("1.2", "A"), At("1.3", "B"))));

    [Fact]
    public void The_radio_that_a_rule_has_given_so_far_keeps_it()
    {
        Candidate given = At("1.2", "A") with { RadioId = "r" }, twin = At("1.3", "A");
        StickSelection selection = SelectionOf(Options("0658:0200"), Known("r", "A"));
        Assert.Equal(Selection.Take, selection.Of(given, [given, twin]));
        Assert.Equal(Selection.Ambiguous, selection.Of(twin, [given, twin]));
    }

    [Fact]
    public void Two_where_the_given_one_may_have_moved_to_are_asked_who_they_are()
    {
        Candidate one = At("1.3", null), other = At("1.4", null);
        Assert.Equal(Selection.Identify, SelectionOf(Options("0658:0200"), Known("r", "A")).Of(one, [one, other]));
    }

    [Fact]
    public void The_first_rule_that_fits_names_it()
    {
        AttachOptions options = Wishes([Pi("attic")], Rule("0658:0200:A", name: "by serial"), Rule("0658:0200", name: "by kind", index: 1));
        Assert.Equal("by serial", SelectionOf(options).RuleOf(Known("r", "A"))?.Name);
        Assert.Equal("by kind", SelectionOf(options).RuleOf(Known("r", "B"))?.Name);
    }

    [Fact]
    public void A_known_radio_is_covered_while_its_Pi_and_its_rule_are_there()
    {
        Assert.True(SelectionOf(Options("0658:0200")).Covers(Known("r", "A")));
        Assert.True(SelectionOf(Options()).Covers(Known("r", "A")));
        Assert.False(SelectionOf(Options("1cf1:0030")).Covers(Known("r", "A")));
        Assert.False(SelectionOf(Options("0658:0200")).Covers(Known("r", "A", pi: "cellar")));
    }

    [Fact]
    public void An_ambiguity_is_told_with_serials_where_they_differ_and_ports_where_not()
    {
        AttachOptions options = Options("0658:0200");
        string bySerial = Assert.Single(SelectionOf(options).Ambiguities([At("1.2", "A"), At("1.3", "B")])).Problem;
        Assert.Contains("match: \"0658:0200:A\" or match: \"0658:0200:B\"", bySerial, StringComparison.Ordinal);
        string byPort = Assert.Single(SelectionOf(options).Ambiguities([At("1.2", "A"), At("1.3", "A")])).Problem;
        Assert.Contains("match: \"0658:0200@1.2\" or match: \"0658:0200@1.3\"", byPort, StringComparison.Ordinal);
        Assert.Empty(SelectionOf(options).Ambiguities([At("1.2", "A")]));
        Assert.Empty(SelectionOf(Options()).Ambiguities([At("1.2", "A"), At("1.3", "A")]));
    }

    [Fact]
    public void An_ambiguity_over_two_Pis_names_the_Pi()
    {
        string told = Assert.Single(
            SelectionOf(Options("0658:0200")).Ambiguities([At("1.2", null), At("1.2", null) with { PiId = "cellar" }])).Problem;
        Assert.Contains(
            "match: \"0658:0200@1.2\" with pi: attic or match: \"0658:0200@1.2\" with pi: cellar", told, StringComparison.Ordinal);
    }

    /// <summary>Two sticks that one rule means, on one Pi or on two, and which of them are remembered.</summary>
    public static TheoryData<string, bool, bool, bool> Doubles
    {
        get
        {
            var rows = new TheoryData<string, bool, bool, bool>();
            foreach (bool first in (bool[])[false, true])
            {
                foreach (bool second in (bool[])[false, true])
                {
                    rows.Add("0658:0200:A", false, first, second);
                    rows.Add("0658:0200:A", true, first, second);
                    rows.Add("0658:0200@1.2", true, first, second);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public void Of_two_that_one_serial_or_port_means_each_is_taken_that_memory_knows_and_it_is_told(
        string match, bool twoPis, bool firstKnown, bool secondKnown)
    {
        AttachOptions options = Wishes([Pi("attic"), Pi("cellar")], Rule(match));
        (string pi, string port) = twoPis ? ("cellar", "1.2") : ("attic", "1.3");
        Candidate first = At("1.2", "A") with { RadioId = firstKnown ? "a" : null };
        Candidate second = At(port, "A") with { PiId = pi, RadioId = secondKnown ? "b" : null };
        List<RadioMemory> known = [];
        if (firstKnown) known.Add(Known("a", "A"));
        if (secondKnown) known.Add(Known("b", "A", port, pi));
        StickSelection selection = SelectionOf(options, [.. known]);
        Candidate[] present = [first, second];
        Assert.Equal(firstKnown ? Selection.Take : Selection.Ambiguous, selection.Of(first, present));
        Assert.Equal(secondKnown ? Selection.Take : Selection.Ambiguous, selection.Of(second, present));
        string told = Assert.Single(selection.Ambiguities(present)).Problem;
        Assert.StartsWith($"radios[0]: 2 sticks match '{match}', and it names one radio.", told, StringComparison.Ordinal);
        string where = twoPis
            ? "match: \"0658:0200@1.2\" with pi: attic or match: \"0658:0200@1.2\" with pi: cellar"
            : "match: \"0658:0200@1.2\" or match: \"0658:0200@1.3\"";
        Assert.EndsWith(where, told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_twin_is_not_taken_for_the_radio_of_a_serial_that_is_away_and_it_is_told()
    {
        AttachOptions options = Wishes([Pi("attic"), Pi("cellar")], Rule("0658:0200:A"));
        StickSelection selection = SelectionOf(options, Known("stairs", "A"));
        Candidate twin = At("1.4", "A") with { PiId = "cellar" };
        Assert.Equal(Selection.Ambiguous, selection.Of(twin, [twin]));
        string told = Assert.Single(selection.Ambiguities([twin])).Problem;
        Assert.Contains("has meant stairs at port 1.2 of attic so far", told, StringComparison.Ordinal);
        Assert.Contains("match: \"0658:0200@1.4\" with pi: cellar", told, StringComparison.Ordinal);
        // Its Pi is gone from the options, and will not bring it back.
        AttachOptions moved = Wishes([Pi("cellar")], Rule("0658:0200:A"));
        Assert.Equal(Selection.Take, SelectionOf(moved, Known("stairs", "A")).Of(twin, [twin]));
    }

    [Fact]
    public void Like_ports_below_two_controllers_are_told_apart_by_the_controller()
    {
        Candidate one = At("1.2", "A"), other = At("1.2", "A") with { BusId = BusId.Parse("2-1.2"), Port = new UsbPort("pci0", "1.2") };
        StickSelection selection = SelectionOf(Options("0658:0200@1.2"));
        Assert.Equal(Selection.Ambiguous, selection.Of(one, [one, other]));
        Assert.EndsWith(
            "match: \"0658:0200@pci0/1.2\" or match: \"0658:0200@platform/soc/1.2\"",
            Assert.Single(selection.Ambiguities([one, other])).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_stick_whose_serial_could_not_be_read_is_asked_again_where_only_that_tells()
    {
        Candidate stick = At("1.2", "A");
        stick = stick with { Identity = stick.Identity! with { Serial = null, Unread = DeviceTexts.Serial } };
        Assert.Equal(Selection.Identify, Of(["0658:0200:A"], stick));
        Assert.Equal(Selection.Take, Of(["0658:0200"], stick));
    }

    [Fact]
    public void A_bridge_whose_texts_could_not_be_read_is_asked_again_and_one_that_no_text_can_tell_is_not_asked_at_all()
    {
        Candidate bridge = At("1.2", "A", "10c4:ea60");
        bridge = bridge with { Identity = bridge.Identity! with { Unread = DeviceTexts.Product } };
        Assert.Equal(Selection.Identify, Of([], bridge));
        Assert.Equal(Selection.NotWanted, Of([], At("1.2", null, "303a:1001")));
    }

    private static Selection Of(string[] rules, Candidate stick, params Candidate[] others) =>
        SelectionOf(Options(rules)).Of(stick, [.. others.Contains(stick) ? [] : new[] { stick }, .. others]);

    private static AttachOptions Options(params string[] rules) =>
        Wishes([Pi("attic")], [.. rules.Select((match, index) => Rule(match, index: index))]);

    private static StickSelection SelectionOf(AttachOptions options, params RadioMemory[] known) =>
        new(options, KnownRadios.Default, [.. known]);

    // A stick whose serial is null was not asked yet.
    private static Candidate At(string port, string? serial, string id = "0658:0200") => new(
        "attic", BusId.Parse("1-" + port), new UsbPort("platform/soc", port), UsbId.Parse(id),
        serial is null ? null : IdentityOf(serial, id),
        null, new HashSet<string>());
}
