using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class LastGoodEntriesTests
{
    private const string Two = "pis: [{name: attic, address: 192.0.2.1}, {name: cellar, address: 192.0.2.2}]\n";

    [Fact]
    public void Options_that_can_be_read_whole_are_taken_as_they_are()
    {
        AttachOptions now = Read.Yaml("pis: [{name: cellar, address: 192.0.2.3}]\nradios: [0658:0200]").Options;
        Assert.Equal(now, LastGoodEntries.Keep(now, Read.Yaml(Two + "radios: [10c4:8a2a]").Options));
    }

    [Fact]
    public void A_Pi_with_a_slip_in_its_address_stays_and_one_that_is_absent_goes() =>
        Assert.Equal(["attic=192.0.2.1"], Pis("pis: [{name: attic, address: 192.168.0.}]"));

    [Fact]
    public void A_Pi_that_does_not_say_who_it_is_may_be_any_that_was_there() =>
        Assert.Equal(
            ["loft=192.0.2.9", "attic=192.0.2.1", "cellar=192.0.2.2"],
            Pis("pis: [{name: loft, address: 192.0.2.9}, {address: 192.168.0.}]"));

    [Fact]
    public void A_Pi_under_a_new_name_is_not_there_twice_because_another_entry_cannot_be_read() =>
        Assert.Equal(["loft=192.0.2.1", "cellar=192.0.2.2"], Pis("pis: [{name: loft, address: 192.0.2.1}, 5.5.]"));

    [Fact]
    public void A_pairing_code_ends_the_unencrypted_connection() =>
        Assert.Equal(
            ["cellar=192.0.2.2"], Pis("pis: [{name: attic, address: 192.0.2.1, pairing_code: LW1-X}, {name: cellar, address: 192.0.2.2}]"));

    [Fact]
    public void A_rule_that_tells_its_match_keeps_that_alone() =>
        Assert.Equal(["0658:0200"], Rules("[{match: 0658:0200, pi: attic}, 10c4:8a2a]", "[{match: 0658:0200, pi: atic}]"));

    [Fact]
    public void A_rule_that_does_not_tell_its_match_keeps_all_in_their_order() =>
        Assert.Equal(
            ["10c4:ea60:A", "10c4:ea60", "1cf1:0030", "10c4:8a2a"],
            Rules("[10c4:ea60:A, 10c4:ea60, 10c4:8a2a]", "[10c4:ea6:A, 10c4:ea60, 1cf1:0030]"));

    [Fact]
    public void A_first_rule_with_a_slip_leaves_all_that_are_recognised_in_force()
    {
        AttachOptions kept = LastGoodEntries.Keep(Read.Yaml(Two + "radios: [0658:020]").Options, Read.Yaml(Two).Options);
        Assert.True(kept.TakeRecognised);
    }

    // Whatever one slip of the editor makes of either text.
    [Fact]
    public void Read_again_in_another_life_of_the_role_the_same_text_leaves_the_same_in_force_and_says_the_same()
    {
        const string First = Two + "radios: [{match: 0658:0200, pi: attic}, 10c4:ea60, {match: 10c4:8a2a, name: Both}]\n";
        const string Then = "pis: [{name: cellar, address: 192.0.2.2}, {name: loft, address: 192.0.2.3}]\n"
            + "radios: [10c4:8a2a, {match: 0658:0200, pi: loft}]\n";
        int kept = 0;
        LoadedOptions<AttachOptions>[] befores = [.. Slips(First).Where((_, place) => place % 7 == 0)];
        foreach (LoadedOptions<AttachOptions> now in Slips(Then))
        {
            foreach (LoadedOptions<AttachOptions> before in befores)
            {
                var entries = new LastGoodEntries();
                entries.Take(before);
                LoadedOptions<AttachOptions> once = entries.Take(now);
                Assert.Equal(once, entries.Take(now));
                if (once != now) kept++;
            }
        }
        Assert.InRange(kept, 100, int.MaxValue);
    }

    /// <summary>The text, and it with one character less at each place, where that can be parsed.</summary>
    private static IEnumerable<LoadedOptions<AttachOptions>> Slips(string yaml)
    {
        yield return Read.Yaml(yaml);
        for (int i = 0; i < yaml.Length; i++)
        {
            LoadedOptions<AttachOptions> read;
            try
            {
                read = Read.Yaml(yaml.Remove(i, 1));
            }
            catch (OptionsException)
            {
                continue;
            }
            yield return read;
        }
    }

    private static IEnumerable<string> Pis(string yaml) =>
        LastGoodEntries.Keep(Read.Yaml(yaml).Options, Read.Yaml(Two).Options).Pis.Select(pi => $"{pi.Id}={pi.EndPoint.Host}");

    private static IEnumerable<string> Rules(string before, string now) =>
        LastGoodEntries.Keep(
            Read.Yaml(Two + "radios: " + now).Options,
            Read.Yaml(Two + "radios: " + before).Options).Radios.Select(rule => rule.Match.ToString());
}
