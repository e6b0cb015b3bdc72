using System.Text;
using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Options;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>What people copy from the documentation.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void The_automation_on_a_loss_is_good_YAML_and_every_entity_in_it_is_one_that_a_radio_has()
    {
        string automation = Blocks("yaml").Single(block => block.Contains("binary_sensor.", StringComparison.Ordinal));
        Assert.IsType<MapNode>(OptionsText.Parse(Encoding.UTF8.GetBytes(automation), "DOCS.md"));

        // Home Assistant makes an entity's id of its device's name and its own.
        Device radio = RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio), new Topics("longwire", "homeassistant"), "1");
        string[] ids =
        [
            .. radio.Message.Components.Values.Where(c => c.Name is not null).Select(
                c => $"{c.Platform}.{Slug($"{radio.Message.Device.Name} {c.Name}")}"),
        ];
        string[] used = [.. EntityId().Matches(automation).Select(match => match.Value).Distinct()];
        Assert.Equal(3, used.Length);
        Assert.Empty(used.Except(ids));
    }

    [Fact]
    public void Every_link_within_the_documentation_leads_to_a_heading()
    {
        string[] headings =
        [
            .. Heading().Matches(Checkout.Text("DOCS.md")).Select(
                match => match.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)),
        ];
        string[] links =
        [
            .. ((string[])["DOCS.md", "README.md", "CHANGELOG.md"]).SelectMany(
                file => Link().Matches(Checkout.Text(file)).Select(match => match.Groups["to"].Value)),
        ];
        Assert.Contains("automations-on-the-loss-of-a-radio", links);
        Assert.Empty(links.Except(headings));
    }

    private static IEnumerable<string> Blocks(string language) =>
        Block().Matches(Checkout.Text("DOCS.md"))
            .Where(match => match.Groups["language"].Value == language)
            .Select(match => match.Groups["text"].Value);

    private static string Slug(string name) => string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    [GeneratedRegex("^```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\b(?:binary_sensor|sensor|switch)\.\w+")]
    private static partial Regex EntityId();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\((?:DOCS\.md)?#(?<to>[\w-]+)\)")]
    private static partial Regex Link();
}
