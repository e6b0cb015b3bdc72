using Xunit;
using YamlDotNet.RepresentationModel;

namespace Longwire.Tests.AddOn;

/// <summary>
/// The blueprint by Home Assistant's schema of blueprints and automations, as far as it can be had without Home Assistant: what is written
/// in it, and that its inputs and what uses them fit.
/// </summary>
public sealed class BlueprintTests
{
    private const string Blueprint = "addon/blueprints/radio-disconnected.yaml";

    private static readonly string[] s_automation =
        ["blueprint", "mode", "max_exceeded", "triggers", "conditions", "variables", "actions"];

    private static readonly string[] s_head = ["name", "description", "domain", "homeassistant", "input"];
    private static readonly string[] s_selectors = ["action", "duration", "entity", "text"];

    [Fact]
    public void It_has_what_an_automation_has_and_each_input_is_described_and_used()
    {
        YamlMappingNode all = Read();
        Assert.All(Keys(all), key => Assert.Contains(key, s_automation));
        var head = (YamlMappingNode)all.Children["blueprint"];
        Assert.Equal(s_head.Order(), Keys(head).Order());
        Assert.Equal("automation", ((YamlScalarNode)head.Children["domain"]).Value);
        var inputs = (YamlMappingNode)head.Children["input"];
        foreach ((YamlNode _, YamlNode described) in inputs.Children)
        {
            Assert.Contains("name", Keys(described));
            Assert.Contains("description", Keys(described));
            Assert.Contains(Assert.Single(Keys(((YamlMappingNode)described).Children["selector"])), s_selectors);
        }
        Assert.Equal(
            Keys(inputs).Order(),
            all.AllNodes.OfType<YamlScalarNode>().Where(node => node.Tag == "!input").Select(node => node.Value!).Distinct().Order());
    }

    [Fact]
    public void It_covers_unavailable_and_a_start_of_Home_Assistant()
    {
        YamlMappingNode[] triggers = [.. ((YamlSequenceNode)Read().Children["triggers"]).Children.Cast<YamlMappingNode>()];
        YamlMappingNode state = triggers.Single(trigger => Text(trigger, "trigger") == "state");
        Assert.Equal(["off", "unavailable"], ((YamlSequenceNode)state.Children["to"]).Children.Select(TextOf));
        Assert.Contains(triggers, trigger => (Text(trigger, "trigger"), Text(trigger, "event")) == ("homeassistant", "start"));
    }

    [Fact]
    public void Each_template_is_closed_and_uses_a_variable_that_there_is()
    {
        YamlMappingNode all = Read();
        string[] templates =
            [.. all.AllNodes.OfType<YamlScalarNode>().Select(TextOf).Where(text => text.Contains("{{", StringComparison.Ordinal))];
        Assert.NotEmpty(templates);
        foreach (string template in templates)
        {
            Assert.Equal(template.Split("{{").Length, template.Split("}}").Length);
            Assert.Contains(Keys(all.Children["variables"]), name => template.Contains(name, StringComparison.Ordinal));
        }
    }

    private static YamlMappingNode Read()
    {
        var stream = new YamlStream();
        using var reader = new StringReader(Checkout.Text(Blueprint));
        stream.Load(reader);
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    private static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(TextOf);

    private static string TextOf(YamlNode node) => ((YamlScalarNode)node).Value ?? "";

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? value) ? TextOf(value) : null;
}
