using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>What people copy from the documentation.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] s_pages =
    [
        "DOCS.md", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/protocol.md",
    ];

    // The tables of rooms leave out what all their rows have in common.
    private static readonly string[] s_places = ["", "src/Longwire", "src/Longwire.UsbIp", "src/Longwire.Link"];

    [Fact]
    public void There_are_three_automations_in_good_YAML_and_every_entity_in_them_is_one_that_a_radio_or_its_Pi_has()
    {
        string[] automations = [.. Blocks("yaml").Where(block => block.StartsWith("alias:", StringComparison.Ordinal))];
        Assert.Equal(3, automations.Length);
        var topics = new Topics("longwire", "homeassistant");
        string[] ids =
        [
            .. IdsOf(RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), topics, "1")), .. IdsOf(PiDevice.Of(Some.PairedPi, topics, "1")),
        ];
        Assert.All(automations, automation =>
        {
            AutomationSchema.AssertAutomation(Checkout.YamlOf(automation));
            string[] used = [.. EntityId().Matches(automation).Select(match => match.Value).Distinct()];
            Assert.NotEmpty(used);
            Assert.Empty(used.Except(ids));
            Assert.All(LinkState().Matches(automation), to => Assert.Contains(
                to.Groups["state"].Value, Enum.GetValues<LinkQuality>().Select(quality => quality.Name())));
        });
        Assert.Single(automations, automation => LinkState().IsMatch(automation));
    }

    // Home Assistant makes an entity's id of its device's name and its own.
    private static IEnumerable<string> IdsOf(Device device) => device.Message.Components.Values.Where(c => c.Name is not null)
        .Select(c => $"{c.Platform}.{Slug($"{device.Message.Device.Name} {c.Name}")}");

    [Fact]
    public void Every_link_within_the_documentation_leads_to_a_page_and_a_heading_that_are_there()
    {
        (string Page, string To, string Heading)[] links =
        [
            .. s_pages.SelectMany(
                page => Link().Matches(Checkout.Text(page)).Select(
                    match => (page, match.Groups["to"].Value, match.Groups["heading"].Value))),
        ];
        Assert.Contains(links, link => link.Heading == "automations-on-the-loss-of-a-radio");
        Assert.Contains(links, link => link is { Page: "CONTRIBUTING.md", To: "docs/architecture.md" });
        foreach ((string page, string to, string heading) in links)
        {
            string target = to.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, to);
            Assert.True(Path.Exists(Checkout.PathOf(target)), $"{page} links to {to}, which is not there");
            if (heading.Length > 0) Assert.Contains(heading, HeadingsOf(target));
        }
    }

    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/protocol.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("SECURITY.md")]
    public void Every_path_that_a_page_names_exists(string page)
    {
        string[] files = [.. Checkout.Files()];
        string[] names = [.. files.Select(file => Path.GetFileName(file))];
        string[] named =
        [
            .. Code().Matches(WithoutBlocks(Checkout.Text(page))).Select(match => match.Groups["text"].Value).Where(IsPath).Distinct(),
        ];
        Assert.NotEmpty(named);
        string[] missing =
        [
            .. named.Where(path => path.Contains('/', StringComparison.Ordinal)
                ? !s_places.Any(place => Path.Exists(Checkout.PathOf(Path.Combine(place, path))))
                : !names.Contains(path)),
        ];
        Assert.Empty(missing);
    }

    // What the build makes is not there in every checkout; a topic has no file's name.
    private static bool IsPath(string text) => PathText().IsMatch(text)
        && !text.StartsWith("artifacts", StringComparison.Ordinal) && !text.StartsWith("longwire/", StringComparison.Ordinal);

    private static string WithoutBlocks(string text) => AnyBlock().Replace(text, "");

    // As GitHub makes an anchor of a heading.
    private static IEnumerable<string> HeadingsOf(string page) => Heading().Matches(Checkout.Text(page)).Select(
        match => string.Concat(
            match.Groups["text"].Value.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'));

    private static IEnumerable<string> Blocks(string language) =>
        Block().Matches(Checkout.Text("DOCS.md"))
            .Where(match => match.Groups["language"].Value == language)
            .Select(match => match.Groups["text"].Value);

    private static string Slug(string name) => string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    [GeneratedRegex("^```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\b(?:binary_sensor|sensor|switch)\.\w+")]
    private static partial Regex EntityId();

    [GeneratedRegex(@"_link_quality\n\s+to: (?<state>\w+)")]
    private static partial Regex LinkState();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // Within the repository: what has a scheme is somebody else's.
    [GeneratedRegex(@"\]\((?!\w+:)(?<to>[^)#\s]*)(?:#(?<heading>[\w-]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(?<text>[^`\n]+)`")]
    private static partial Regex Code();

    // A folder or a file: something with a slash inside, or with one of the endings that ours have.
    [GeneratedRegex(@"^(?:\.?[\w-][\w.-]*/[\w./-]*|[\w.-]+\.(?:cs|md|json|yaml|txt|sh|props))$")]
    private static partial Regex PathText();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyBlock();
}
