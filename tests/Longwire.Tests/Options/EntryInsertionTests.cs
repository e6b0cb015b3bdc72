using System.Text;
using System.Text.Json;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

/// <summary>An entry comes into options that people keep, and nothing else of them changes.</summary>
public sealed class EntryInsertionTests
{
    private const string Strange =
        """{ "later":[1.50,"\u00e4\/",{"x":null}], "mqtt":{"password":"!secret broker"}, "radios": [ {"match":7, "odd":true} ,"x" ] ,"pis":[] }""";

    private static readonly NewEntry s_pi = NewEntry.Pi("dach", "192.0.2.9", null);
    private static readonly NewEntry s_kind = NewEntry.Radio(Match("10c4:8a2a"), null, null);
    private static readonly NewEntry s_port = NewEntry.Radio(Match("0658:0200@1.4"), "dach", "Z-Wave \"neu\"");

    [Theory]
    [InlineData("""{"pis":[]}""", """{"pis":[NEW]}""")]
    [InlineData("""{"pis":[ ]}""", """{"pis":[ NEW]}""")]
    [InlineData("""{"pis":[{"address":"a"} ]}""", """{"pis":[{"address":"a"} ,NEW]}""")]
    [InlineData("""{"pis": null ,"a":1}""", """{"pis": [NEW] ,"a":1}""")]
    [InlineData("""{"a":{"pis":[]}}""", """{"a":{"pis":[]},"pis":[NEW]}""")]
    [InlineData("""{ }""", """{ "pis":[NEW]}""")]
    // Written twice, the last one counts.
    [InlineData("""{"pis":["a"],"pis":["b"]}""", """{"pis":["a"],"pis":["b",NEW]}""")]
    [InlineData(" {\"a\":[[1]],\"pis\":[[\"x\"]]}\n", " {\"a\":[[1]],\"pis\":[[\"x\"],NEW]}\n")]
    public void It_comes_at_the_end_of_its_list_wherever_that_is(string before, string after) =>
        Assert.Equal(after.Replace("NEW", s_pi.Json(), StringComparison.Ordinal), Put(before, s_pi));

    [Fact]
    public void What_cannot_be_read_or_names_a_secret_is_kept_byte_for_byte()
    {
        string after = Put(Strange, s_port, s_kind, s_pi);
        string expected = Strange.Replace("\"radios\": [", "\"radios\": [" + s_port.Json() + ",", StringComparison.Ordinal)
            .Replace("\"x\" ]", "\"x\" ," + s_kind.Json() + "]", StringComparison.Ordinal)
            .Replace("\"pis\":[]", "\"pis\":[" + s_pi.Json() + "]", StringComparison.Ordinal);
        Assert.Equal(expected, after);
        using var read = JsonDocument.Parse(after);
        Assert.Equal("Z-Wave \"neu\"", read.RootElement.GetProperty("radios")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{"pis":"192.0.2.1"}""")]
    [InlineData("""{"pis":{"address":"a"}}""")]
    [InlineData("""{"pis":[}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_has_no_place_for_it_is_left_as_it_is(string before) =>
        Assert.Throws<OptionsException>(() => Put(before, s_pi));

    [Fact]
    public void The_lines_for_a_file_of_ones_own_mean_the_same_in_both_languages()
    {
        var entry = NewEntry.Radio(Match("0658:0200:A'B\\C"), "dach: \"oben\"", "#1 ä");
        string yaml = $"pis: [{{name: 'dach: \"oben\"', address: 192.0.2.9}}]\nradios:\n{entry.Yaml()}\n";
        string json = $$"""{"pis":[{"name":"dach: \"oben\"","address":"192.0.2.9"}],"radios":[{{entry.Json()}}]}""";
        RadioRule fromYaml = Assert.Single(Read.Yaml(yaml).Options.Radios), fromJson = Assert.Single(Read.Json(json).Options.Radios);
        Assert.Equal(fromYaml, fromJson);
        Assert.Equal(("A'B\\C", "#1 ä"), (fromYaml.Match.Serial, fromYaml.Name));
    }

    [Fact]
    public void The_stick_of_a_second_Pi_is_meant_before_the_entry_for_all_of_its_kind()
    {
        const string Before =
            """{"pis":[{"name":"a","address":"192.0.2.1"},{"name":"b","address":"192.0.2.2"}],"radios":[{"match":"10c4:8a2a","name":"all"}]}""";
        string after = Put(Before, NewEntry.Radio(Match("10c4:8a2a"), "b", "mine"));
        Assert.Equal(["b mine", " all"], Read.Json(after).Options.Radios.Select(rule => $"{rule.Pi} {rule.Name}"));
    }

    private static string Put(string json, params NewEntry[] entries) =>
        Encoding.UTF8.GetString(EntryInsertion.Put(Encoding.UTF8.GetBytes(json), entries));

    private static RadioMatch Match(string text) => RadioMatch.TryParse(text, out RadioMatch? match) ? match : throw new FormatException();
}
