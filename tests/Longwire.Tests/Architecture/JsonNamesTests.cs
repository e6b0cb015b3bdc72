using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Longwire.State;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>
/// The keys of our files, topics and <c>--json</c> are names of C# members in snake case: renaming one would lose what a house remembers,
/// or break its automations. So they are pinned here, type by type, in the order of their names.
/// </summary>
public sealed class JsonNamesTests
{
    private const string Pinned = "tests/Longwire.Tests/Architecture/json-names.txt";

    [Fact]
    public void No_key_that_leaves_the_process_changes_its_name() => Assert.Equal(Checkout.Text(Pinned).Split('\n'), Names().Split('\n'));

    private static string Names()
    {
        var documents = new SortedSet<string>(StringComparer.Ordinal);
        // What the Supervisor says has the Supervisor's names.
        IEnumerable<Type> contexts = typeof(Snapshot).Assembly.GetTypes().Where(
            type => type.IsSubclassOf(typeof(JsonSerializerContext)) && type.Namespace != "Longwire.Supervisor");
        foreach (Type contextType in contexts)
        {
            var context = (JsonSerializerContext)contextType.GetProperty(
                "Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            // A context that only writes does not know its keys by name: they are read as its options have them.
            var options = new JsonSerializerOptions(context.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
            foreach (CustomAttributeData root in contextType.GetCustomAttributesData())
            {
                if (root.AttributeType != typeof(JsonSerializableAttribute)) continue;
                var keys = new SortedSet<string>(StringComparer.Ordinal);
                Collect(context, options, (Type)root.ConstructorArguments[0].Value!, "", keys, depth: 0);
                documents.Add(string.Join('\n', keys));
            }
        }
        return string.Join("\n\n", documents) + "\n";
    }

    private static void Collect(
        JsonSerializerContext context, JsonSerializerOptions options, Type type, string path, SortedSet<string> keys, int depth)
    {
        // A tree of ours is never that deep.
        Assert.InRange(depth, 0, 10);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (context.GetTypeInfo(type) is null) return;
        JsonTypeInfo info = options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                foreach (JsonPropertyInfo property in info.Properties)
                {
                    string key = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    keys.Add(key);
                    Collect(context, options, property.PropertyType, key, keys, depth + 1);
                }
                break;
            case JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary when info.ElementType is { } element:
                Collect(context, options, element, $"{path}[]", keys, depth + 1);
                break;
            default:
                break;
        }
    }
}
