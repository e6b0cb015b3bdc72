using Xunit;
using YamlDotNet.RepresentationModel;

namespace Longwire.Tests.AddOn;

/// <summary>
/// What is written in the blueprint, by Home Assistant's schema of blueprints and automations. What it does is in
/// <see cref="BlueprintStoryTests"/>.
/// </summary>
public sealed class BlueprintTests
{
    internal const string Blueprint = "addon/blueprints/radio-disconnected.yaml";

    [Fact]
    public void It_fits_Home_Assistants_schema() => AutomationSchema.AssertBlueprint(Checkout.Yaml(Blueprint));

    [Fact]
    public void Each_input_is_used_and_what_is_used_is_an_input()
    {
        YamlMappingNode all = Checkout.Yaml(Blueprint);
        Assert.Equal(
            AutomationSchema.KeysOf(all["blueprint"]["input"]).Order(),
            Scalars(all).Where(node => node.Tag == "!input").Select(node => node.Value!).Distinct().Order());
    }

    [Fact]
    public void No_template_asks_for_an_entity_by_a_name_that_a_person_may_have_changed()
    {
        string[] templates = [.. Scalars(Checkout.Yaml(Blueprint)).Select(node => node.Value!).Where(IsTemplate)];
        Assert.NotEmpty(templates);
        foreach (string template in templates)
        {
            foreach (string asks in (string[])["switch.", "sensor.", "device_entities", "match"])
                Assert.DoesNotContain(asks, template, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<YamlScalarNode> Scalars(YamlMappingNode all) => all.AllNodes.OfType<YamlScalarNode>();

    private static bool IsTemplate(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);
}
