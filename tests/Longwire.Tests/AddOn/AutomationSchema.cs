using Xunit;
using YamlDotNet.RepresentationModel;

namespace Longwire.Tests.AddOn;

/// <summary>
/// Home Assistant's schema of automations, as far as ours use it: what a mapping must have, and what else it may have. From Core's
/// helpers/config_validation.py, components/automation/config.py and components/blueprint/schemas.py of 2026. What is not here is no
/// mistake in Home Assistant, but a line that is missing here.
/// </summary>
internal static class AutomationSchema
{
    private static readonly string[] s_all =
        ["alias", "blueprint", "mode", "max", "max_exceeded", "trigger_variables", "triggers", "conditions", "variables", "actions"];

    private static readonly string[] s_modes = ["single", "restart", "queued", "parallel"];
    private static readonly string[] s_anyTrigger = ["trigger", "id", "alias", "enabled", "variables"];
    private static readonly string[] s_anyStep = ["alias", "enabled", "continue_on_error"];

    private static readonly Dictionary<string, Keys> s_triggers = new()
    {
        ["template"] = new(["value_template"], ["for"]),
        ["state"] = new(["entity_id"], ["to", "from", "not_to", "not_from", "for", "attribute"]),
        ["homeassistant"] = new(["event"], []),
    };

    private static readonly Dictionary<string, Keys> s_conditions = new()
    {
        ["template"] = new(["value_template"], []),
        ["trigger"] = new(["id"], []),
        ["state"] = new(["entity_id", "state"], ["for", "attribute", "match"]),
    };

    // By the key that makes them what they are.
    private static readonly Dictionary<string, Keys> s_steps = new()
    {
        ["action"] = new([], ["data", "target", "response_variable"]),
        ["delay"] = new([], []),
        ["if"] = new(["then"], ["else"]),
        ["parallel"] = new([], []),
        ["sequence"] = new([], []),
        ["variables"] = new([], []),
    };

    private static readonly Dictionary<string, Keys> s_selectors = new()
    {
        ["action"] = new([], []),
        ["duration"] = new([], ["enable_day", "enable_millisecond", "allow_negative"]),
        ["entity"] = new([], ["filter", "multiple", "exclude_entities", "include_entities"]),
        ["text"] = new([], ["multiline", "multiple", "prefix", "suffix", "type", "autocomplete"]),
    };

    private sealed record Keys(string[] Needed, string[] Allowed);

    /// <summary>A blueprint of one.</summary>
    public static void AssertBlueprint(YamlMappingNode blueprint)
    {
        AssertHead((YamlMappingNode)blueprint["blueprint"]);
        AssertAutomation(blueprint);
    }

    public static void AssertAutomation(YamlMappingNode automation)
    {
        AssertKeys(automation, new(["triggers", "actions"], s_all), "an automation");
        if (TextOf(automation, "mode") is { } mode) Assert.Contains(mode, s_modes);
        foreach (YamlNode trigger in (YamlSequenceNode)automation["triggers"])
        {
            string kind = TextOf(trigger, "trigger")!;
            AssertKeys(trigger, s_triggers[kind], $"trigger {kind}", s_anyTrigger);
        }
        if (KeysOf(automation).Contains("conditions")) Assert.All((YamlSequenceNode)automation["conditions"], AssertCondition);
        AssertSteps(automation["actions"]);
    }

    public static IEnumerable<string> KeysOf(YamlNode node) =>
        ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    public static string? TextOf(YamlNode node, string key) =>
        ((YamlMappingNode)node).Children.TryGetValue(key, out YamlNode? value) ? ((YamlScalarNode)value).Value : null;

    private static void AssertHead(YamlMappingNode head)
    {
        AssertKeys(head, new(["name", "domain"], ["description", "homeassistant", "author", "source_url", "input"]), "blueprint");
        Assert.Equal("automation", TextOf(head, "domain"));
        Assert.True(Version.TryParse(TextOf(head["homeassistant"], "min_version"), out _));
        foreach ((YamlNode name, YamlNode input) in (YamlMappingNode)head["input"])
        {
            // A person who fills it in needs both, though Home Assistant does not.
            AssertKeys(input, new(["name", "description", "selector"], ["default"]), $"input {name}");
            (YamlNode kind, YamlNode how) = Assert.Single((YamlMappingNode)input["selector"]);
            if (how is YamlMappingNode) AssertKeys(how, s_selectors[((YamlScalarNode)kind).Value!], $"selector {kind}");
            else Assert.Contains(((YamlScalarNode)kind).Value!, s_selectors.Keys);
        }
    }

    private static void AssertSteps(YamlNode steps)
    {
        // What a person puts in is checked when it is put in.
        if (steps is YamlScalarNode { Tag.IsEmpty: false }) return;
        foreach (YamlNode step in (YamlSequenceNode)steps) AssertStep(step);
    }

    private static void AssertStep(YamlNode step)
    {
        if (KeysOf(step).Contains("condition"))
        {
            AssertCondition(step);
            return;
        }
        string kind = Assert.Single(KeysOf(step), s_steps.ContainsKey);
        AssertKeys(step, s_steps[kind], $"step {kind}", [.. s_anyStep, kind]);
        foreach (string inner in KeysOf(step).Where(key => key is "then" or "else" or "sequence" or "parallel")) AssertSteps(step[inner]);
        if (kind == "if") Assert.All((YamlSequenceNode)step["if"], AssertCondition);
    }

    private static void AssertCondition(YamlNode condition)
    {
        string kind = TextOf(condition, "condition")!;
        AssertKeys(condition, s_conditions[kind], $"condition {kind}", ["condition", "alias", "enabled"]);
    }

    private static void AssertKeys(YamlNode node, Keys keys, string what, params IEnumerable<string> further)
    {
        string[] found = [.. KeysOf(node)];
        Assert.All(keys.Needed, key => Assert.True(found.Contains(key), $"{what} has no {key}"));
        Assert.Empty(found.Except([.. keys.Needed, .. keys.Allowed, .. further]));
    }
}
