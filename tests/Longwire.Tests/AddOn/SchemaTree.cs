using System.Collections.Immutable;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>Nodes of YAML as the tests ask for them.</summary>
internal static class SchemaTree
{
    public static OptionNode? Find(this MapNode map, string key) =>
        map.Entries.Where(entry => entry.Key == key).Select(entry => entry.Value).SingleOrDefault();

    public static MapNode MapAt(this MapNode map, string key) => Assert.IsType<MapNode>(map.Find(key));

    public static string TextAt(this MapNode map, string key) => Assert.IsType<ScalarNode>(map.Find(key)).Text;

    public static ImmutableArray<string> TextsAt(this MapNode map, string key) =>
        map.Find(key) is ListNode list ? [.. list.Items.OfType<ScalarNode>().Select(item => item.Text)] : [];

    public static bool IsOn(this MapNode map, string key) => map.Find(key) is ScalarNode { Text: "true" };

    /// <summary>Every option of a schema: <c>pis</c>, <c>pis.name</c> and so on. A list stands for its entries.</summary>
    public static IEnumerable<string> Options(MapNode schema, string before = "")
    {
        foreach ((string key, OptionNode value) in schema.Entries)
        {
            yield return before + key;
            if ((value is ListNode list ? list.Items[0] : value) is not MapNode inner) continue;
            foreach (string option in Options(inner, $"{before}{key}.")) yield return option;
        }
    }

    /// <summary>Every option that a translation explains, with what it says.</summary>
    public static IEnumerable<(string Option, MapNode Says)> Explained(MapNode translation, string before = "")
    {
        foreach ((string key, OptionNode value) in translation.Entries)
        {
            MapNode says = Assert.IsType<MapNode>(value);
            yield return (before + key, says);
            if (says.Find("fields") is not MapNode fields) continue;
            foreach ((string Option, MapNode Says) inner in Explained(fields, $"{before}{key}.")) yield return inner;
        }
    }
}
