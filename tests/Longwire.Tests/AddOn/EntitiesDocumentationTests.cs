using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>DOCS.md lists the entities that Home Assistant is told of, each once, and says which are off.</summary>
public sealed partial class EntitiesDocumentationTests
{
    private const string Off = " (off until you enable it)";

    private static readonly Topics s_topics = new("longwire", "homeassistant");

    [Fact]
    public void Those_of_a_radio() => AssertListed(
        RadioDevice.Of(Some.Radio, Some.Snapshot(Some.Radio) with { Pis = [Some.PairedPi] }, s_topics, "1"), "entity of a radio");

    [Fact]
    public void Those_of_any_Pi() => AssertListed(PiDevice.Of(Some.Pi, s_topics, "1"), "entity of a Pi");

    [Fact]
    public void Those_of_a_paired_Pi() =>
        AssertListed(PiDevice.Of(Some.PairedPi, s_topics, "1"), "entity of a Pi", "entity of a paired Pi");

    [Fact]
    public void Those_of_Longwire_itself() => AssertListed(BridgeDevice.Of(s_topics, "1"), "entity of Longwire");

    private static void AssertListed(Device device, params string[] tables)
    {
        string[] named =
        [
            .. device.Message.Components.Values.Where(component => component.Name is not null)
                .Select(component => $"*{component.Name}*{(component.EnabledByDefault == false ? Off : "")}"),
        ];
        string[] rows = [.. tables.SelectMany(RowsOf)];
        Assert.Equal(named.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> RowsOf(string heading)
    {
        Match table = Assert.Single(Table().Matches(Checkout.Text("DOCS.md")), match => match.Groups["heading"].Value == heading);
        return table.Groups["rows"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('|')[1].Trim());
    }

    [GeneratedRegex(@"^\| (?<heading>entity of [^|]+?) \|[^\n]*\n\|[-|]+\n(?<rows>(?:\| [^\n]*\n)+)", RegexOptions.Multiline)]
    private static partial Regex Table();
}
