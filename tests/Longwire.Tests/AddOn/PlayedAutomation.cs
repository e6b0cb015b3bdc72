using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Longwire.Tests.AddOn;

/// <param name="At">In seconds of the story.</param>
/// <param name="Action">Such as <c>hassio.addon_restart</c>.</param>
/// <param name="Data">With its templates rendered.</param>
internal sealed record PlayedCall(int At, string Action, JsonNode Data)
{
    public string Text(string key) => Data[key]!.GetValue<string>();
}

/// <param name="Done">In the order of time.</param>
/// <param name="Failed">What ended with an error, and with which.</param>
internal sealed record Played(IReadOnlyList<PlayedCall> Done, IReadOnlyList<string> Failed)
{
    public IEnumerable<PlayedCall> Of(string action) => Done.Where(call => call.Action == action);
}

/// <summary>
/// An automation that was made of a blueprint, and the story that it lives through: played by play-automation.py, with Jinja itself for the
/// templates. What the entity is told are our own messages, read by our own templates.
/// </summary>
/// <param name="blueprint">Its place in the repository.</param>
/// <param name="inputs">Of the others it has the defaults.</param>
/// <param name="entity">The radio's "Connected", as a person calls it.</param>
internal sealed class PlayedAutomation(string blueprint, Dictionary<string, JsonNode> inputs, string entity)
{
    private static readonly Topics s_topics = new("longwire", "homeassistant");

    private readonly JsonArray _story = [];
    private readonly JsonObject _failing = [];

    /// <summary>What the device registry says of the entity's device.</summary>
    public JsonObject Device { get; init; } = new() { ["name"] = "Z-Wave", ["name_by_user"] = null };

    /// <summary>It is described as an older Longwire did: without attributes.</summary>
    public bool WithoutAttributes { get; init; }

    /// <summary>Home Assistant has started, and the automation with it.</summary>
    public PlayedAutomation Begins(int at)
    {
        _story.Add(new JsonObject { ["at"] = at, ["what"] = "begin" });
        return this;
    }

    public PlayedAutomation Hears(int at, RadioSnapshot radio)
    {
        RetainedSnapshot retained = RetainedSnapshot.Of(Some.Snapshot(radio), new MeasuredValues(), s_topics, "1");
        Component connected = retained.Devices.Single(device => device.Message.StateTopic == s_topics.RadioState(radio.Id))
            .Message.Components["connected"];
        _story.Add(new JsonObject
        {
            ["at"] = at,
            ["what"] = "message",
            ["entity"] = entity,
            ["value_template"] = connected.ValueTemplate,
            ["attributes_template"] = WithoutAttributes ? "{}" : connected.AttributesTemplate,
            ["payload"] = Encoding.UTF8.GetString(retained.States.Single(state => state.Key == s_topics.RadioState(radio.Id)).Value),
        });
        return this;
    }

    /// <summary>Longwire, its machine or the broker is gone.</summary>
    public PlayedAutomation HearsNoMore(int at)
    {
        _story.Add(new JsonObject { ["at"] = at, ["what"] = "unavailable", ["entity"] = entity });
        return this;
    }

    /// <param name="action">Its name.</param>
    /// <param name="how"><c>wrong</c>: not even <c>continue_on_error</c> lets that pass.</param>
    public PlayedAutomation Fails(string action, string how)
    {
        _failing[action] = how;
        return this;
    }

    public async Task<Played> PlayAsync(int until)
    {
        YamlMappingNode root = Checkout.Yaml(blueprint);
        var described = (YamlMappingNode)root["blueprint"]["input"];
        JsonNode? Input(string name) => (inputs.GetValueOrDefault(name) ?? Json(described[name]["default"], _ => null))?.DeepClone();
        var automation = (JsonObject)Json(root, Input)!;
        automation.Remove("blueprint");
        var told = new JsonObject
        {
            ["automation"] = automation,
            ["devices"] = new JsonObject { [entity] = Device.DeepClone() },
            ["failing"] = _failing.DeepClone(),
            ["story"] = _story.DeepClone(),
            ["until"] = until,
        };
        return Read(JsonNode.Parse(await RunAsync(told.ToJsonString()))!);
    }

    private static Played Read(JsonNode said) => new(
        [
            .. said["done"]!.AsArray().Select(call =>
                new PlayedCall(call!["at"]!.GetValue<int>(), call["action"]!.GetValue<string>(), call["data"]!)),
        ],
        [.. said["failed"]!.AsArray().Select(failure => failure!["what"]!.GetValue<string>())]);

    // Debian's own: another one that may be first in the path has not the packages that script/test installs.
    private static async Task<string> RunAsync(string told)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Here(), "play-automation.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process play = Process.Start(start)!;
        Task<string> output = play.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = play.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await play.StandardInput.WriteAsync(told);
        play.StandardInput.Close();
        await play.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(play.ExitCode == 0, await errors);
        return await output;
    }

    private static JsonNode? Json(YamlNode node, Func<string, JsonNode?> input) => node switch
    {
        YamlMappingNode map => new JsonObject(
            map.Children.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Json(entry.Value, input)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(item => Json(item, input))]),
        YamlScalarNode scalar when scalar.Tag == "!input" => input(scalar.Value!),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar
            when int.TryParse(scalar.Value, CultureInfo.InvariantCulture, out int number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new FormatException(node.ToString()),
    };

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
