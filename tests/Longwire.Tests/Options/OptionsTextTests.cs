using System.Text;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class OptionsTextTests
{
    public static TheoryData<string, string, string> Broken => new()
    {
        { "a.json", "", "line 1" },
        { "a.json", "{", "line 1" },
        { "a.json", "{\"pis\": [\n}", "line 2, column 1" },
        { "a.json", "{} {}", "not valid JSON" },
        { "a.json", "[]", "a list" },
        { "a.json", "\"hunter2\"", "a single value" },
        { "a.json", "{\"a\": hunter2}", "not valid JSON" },
        { "a.json", "{\"a\": \"\\ud800\"}", "Unicode" },
        { "a.json", "{\"a\":" + new string('[', 100), "not valid JSON" },
        { "a.yaml", "pis: [", "not valid YAML" },
        { "a.yaml", "pis:\n\t- a", "line 2" },
        { "a.yaml", "mqtt: {password: *hunter2}", "alias" },
        { "a.yaml", "mqtt: {password: %hunter2}", "not valid YAML" },
        { "a.yaml", "a: 'hunter2", "not valid YAML" },
        { "a.yaml", "a: &x [*x]", "alias" },
        { "a.yaml", "- hunter2", "a list" },
        { "a.yaml", "hunter2", "a single value" },
        { "a.yaml", "a: 1\n---\nb: 2", "second document" },
        { "a.yaml", "? [hunter2]\n: 1", "a key must be a plain word" },
        { "a.yaml", "a: " + new string('[', 100) + new string(']', 100), "nested too deeply" },
        { "a.conf", "{\"a\": 1", "not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_file_that_cannot_be_parsed_is_one_sentence_with_its_place_and_without_its_content(
        string file, string text, string expected)
    {
        OptionsException e = Assert.Throws<OptionsException>(() => OptionsText.Parse(Encoding.UTF8.GetBytes(text), file));

        Assert.StartsWith(file, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nine_lines_that_mean_a_billion_are_refused_at_once()
    {
        var laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++)
        {
            laughs.Append(null, $"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        OptionsException e = Assert.Throws<OptionsException>(() => OptionsText.Parse(Encoding.UTF8.GetBytes(laughs.ToString()), "a.yaml"));

        Assert.Contains("more than", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_anchor_may_be_used_again() =>
        Assert.Equal(
            ["core_zwave_js"],
            Read.Yaml("pis: [{address: a}]\nradios:\n - {match: 0658:0200, restart_apps: &apps [core_zwave_js]}\n - {match: 10c4:8a2a, "
                + "restart_apps: *apps}")
                .Options.Radios[1].RestartApps);

    [Theory]
    [InlineData("a.json")]
    [InlineData("a.yaml")]
    public void A_list_without_end_is_refused(string file)
    {
        string text = "{\"a\": [" + string.Join(',', Enumerable.Repeat("1", TreeLimits.Nodes)) + "]}";

        Assert.Contains(
            "more than",
            Assert.Throws<OptionsException>(() => OptionsText.Parse(Encoding.UTF8.GetBytes(text), file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_and_a_byte_order_mark_is_not()
    {
        Assert.Contains(
            "UTF-8",
            Assert.Throws<OptionsException>(() => OptionsText.Parse([(byte)'a', (byte)':', 0xff], "a.yaml")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Unicode",
            Assert.Throws<OptionsException>(() => OptionsText
                .Parse("{\"a\":\"\xff\"}"u8.ToArray().Select(b => b == 0xc3 ? (byte)0xff : b).ToArray(), "a.json")).Message,
            StringComparison.Ordinal);
        Assert.Equal("1", ((ScalarNode)OptionsText.Parse([0xef, 0xbb, 0xbf, .. "{\"a\":1}"u8], "a.json").Entries[0].Value).Text);
        Assert.Equal("1", ((ScalarNode)OptionsText.Parse([0xef, 0xbb, 0xbf, .. "a: 1"u8], "a.yaml").Entries[0].Value).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    [InlineData("# only a comment")]
    [InlineData("---")]
    [InlineData("null")]
    public void An_empty_yaml_file_holds_no_options(string text) =>
        Assert.Empty(OptionsText.Parse(Encoding.UTF8.GetBytes(text), "a.yaml").Entries);

    [Fact]
    public void A_file_that_is_missing_a_folder_or_too_large_is_a_sentence()
    {
        string folder = Directory.CreateTempSubdirectory("longwire-").FullName;
        try
        {
            string large = Path.Combine(folder, "large.yaml");
            File.WriteAllText(large, new string('#', TreeLimits.Bytes + 1));
            File.WriteAllText(Path.Combine(folder, "fits.yaml"), new string('#', TreeLimits.Bytes));

            Assert.Contains(
                "does not exist",
                Assert.Throws<OptionsException>(() => OptionsText.Read(Path.Combine(folder, "none.yaml"))).Message,
                StringComparison.Ordinal);
            Assert.Contains("folder", Assert.Throws<OptionsException>(() => OptionsText.Read(folder)).Message, StringComparison.Ordinal);
            Assert.Contains(
                "larger than 256 KiB", Assert.Throws<OptionsException>(() => OptionsText.Read(large)).Message, StringComparison.Ordinal);
            Assert.Equal(TreeLimits.Bytes, OptionsText.Read(Path.Combine(folder, "fits.yaml")).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
