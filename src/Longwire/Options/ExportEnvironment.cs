using System.Collections.Immutable;
using Longwire.Privileges;

namespace Longwire.Options;

/// <summary><c>LONGWIRE_*</c>: the same options for people who run the Pi's side as a container, without a file.</summary>
internal static class ExportEnvironment
{
    private const string Prefix = "LONGWIRE_";

    private static readonly string[] s_variables =
        [
            "LONGWIRE_NAME", "LONGWIRE_LISTEN", "LONGWIRE_RADIOS", "LONGWIRE_TAKE_OVER", "LONGWIRE_STOCK_PORT", "LONGWIRE_STOCK_ALLOW",
            "LONGWIRE_MAX_HOLD_SECONDS", "LONGWIRE_LOG_LEVEL",
        ];

    public static MapNode Read(IEnumerable<KeyValuePair<string, string>> variables, ProblemList problems)
    {
        List<KeyValuePair<string, OptionNode>> root = [], stock = [];
        // Sorted: the environment has no order, and problems are compared.
        foreach ((string name, string value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            switch (name)
            {
                case "LONGWIRE_NAME" or "LONGWIRE_LISTEN" or "LONGWIRE_MAX_HOLD_SECONDS" or "LONGWIRE_TAKE_OVER" or "LONGWIRE_LOG_LEVEL":
                    root.Add(new(LowerCase(name[Prefix.Length..]), Text(name, value)));
                    break;
                case "LONGWIRE_RADIOS":
                    root.Add(new("radios", List(name, value)));
                    break;
                case "LONGWIRE_STOCK_PORT":
                    stock.Add(new("port", Text(name, value)));
                    break;
                case "LONGWIRE_STOCK_ALLOW":
                    stock.Add(new("allow", List(name, value)));
                    break;
                case ContainerImage.Variable or PrivilegedStage.Mark:
                    // Not options: where and how we run.
                    break;
                default:
                    problems.Add(null, name, "", $"unknown and ignored; {NearestKey.Hint(name, s_variables)}");
                    break;
            }
        }
        if (stock.Count > 0) root.Add(new("stock", new MapNode([.. stock], 0)));
        return new MapNode([.. root], 0);
    }

    private static ScalarNode Text(string name, string value) => new(value, quoted: false, line: 0) { Origin = name };

    // An empty variable says nothing; compose files set such ones all the time.
    private static OptionNode List(string name, string value)
    {
        ImmutableArray<OptionNode> items =
            [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(item => (OptionNode)Text(name, item))];
        return items.IsEmpty ? Text(name, "") : new ListNode(items, 0) { Origin = name };
    }

    private static string LowerCase(string text) => string.Create(text.Length, text, (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = char.ToLowerInvariant(source[i]);
    });
}
