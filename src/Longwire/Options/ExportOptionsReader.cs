using System.Collections.Immutable;
using System.Net;

namespace Longwire.Options;

/// <summary>From nodes to what <c>longwire export</c> does.</summary>
internal static class ExportOptionsReader
{
    public static readonly ImmutableArray<string> Keys =
        ["name", "listen", "radios", "take_over", "stock", "max_hold_seconds", LogLevels.Key];
    public static readonly ImmutableArray<string> StockKeys = ["port", "allow"];

    private const int LongestHold = 3600;

    /// <param name="environment">
    /// What stands in the environment; counts before the file. Problems of its own are already in the list.
    /// </param>
    public static LoadedOptions<ExportOptions> Read(MapNode file, MapNode environment, ProblemList problems)
    {
        // Read for their problems even where the environment says otherwise: a slip in the file is worth knowing.
        ExportOptions fallback = ReadLayer(file, problems, ExportOptions.Default);
        return new LoadedOptions<ExportOptions>(ReadLayer(environment, problems, fallback), problems.ToImmutable());
    }

    private static ExportOptions ReadLayer(MapNode node, ProblemList problems, ExportOptions fallback)
    {
        var root = new OptionMap(node, "", problems, Keys.AsSpan());
        RadioRules radios = root.Find("radios") is null
            ? new RadioRules(fallback.Radios, fallback.TakeRecognised, [])
            : RadioRulesReader.Read(root, problems, resolvePi: null);
        bool? takeOver = root.Flag("take_over");
        var unclear = new SortedSet<string>(fallback.Unclear, StringComparer.Ordinal);
        Judge(unclear, root, "radios", read: radios.Skipped.IsEmpty);
        Judge(unclear, root, "take_over", read: takeOver is not null);
        StockExportOptions stock = ReadStock(root, problems, fallback.Stock, unclear);
        string? name = root.Text("name");
        int? listen = root.Number("listen", 1, IPEndPoint.MaxPort);
        TimeSpan? maxHold = root.Seconds("max_hold_seconds", 0, LongestHold);
        return new ExportOptions
        {
            Name = name ?? fallback.Name,
            Listen = listen ?? fallback.Listen,
            Radios = radios.Rules,
            TakeRecognised = radios.TakeRecognised,
            TakeOver = takeOver ?? fallback.TakeOver,
            Stock = stock,
            Unclear = [.. unclear],
            MaxHold = maxHold ?? fallback.MaxHold,
            LogLevel = LogLevels.Read(root, problems) ?? fallback.LogLevel,
        };
    }

    // A layer that says nothing of a key leaves it as clear as the one below.
    private static void Judge(SortedSet<string> unclear, OptionMap map, string key, bool read)
    {
        if (map.Find(key) is not null && read) unclear.Remove(map.PathOf(key));
        else if (map.Find(key) is not null || MayBeMisspelt(map, key)) unclear.Add(map.PathOf(key));
    }

    // It is missed, and some key is unknown.
    private static bool MayBeMisspelt(OptionMap map, string key)
    {
        map.Items(key, "", out OptionProblem? unread);
        return unread is not null;
    }

    private static StockExportOptions ReadStock(
        OptionMap root, ProblemList problems, StockExportOptions fallback, SortedSet<string> unclear)
    {
        if (root.Map("stock", StockKeys.AsSpan()) is not { } stock)
        {
            // There, but no map; or missed, and some key is unknown.
            if (root.Find("stock") is not null || MayBeMisspelt(root, "stock")) unclear.UnionWith(StockKeys.Select(key => $"stock.{key}"));
            return fallback;
        }
        int? port = stock.Number("port", 1, IPEndPoint.MaxPort);
        Judge(unclear, stock, "port", read: port is not null);
        ImmutableArray<string> allow = ReadAllow(stock, problems, out bool read);
        Judge(unclear, stock, "allow", read);
        return new StockExportOptions { Port = port ?? fallback.Port, Allow = stock.Find("allow") is null ? fallback.Allow : allow };
    }

    private static ImmutableArray<string> ReadAllow(OptionMap stock, ProblemList problems, out bool read)
    {
        ImmutableArray<string>.Builder allow = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<(OptionNode Node, string Path)> entries = stock.Items("allow", "client addresses", out OptionProblem? unread);
        read = unread is null;
        foreach ((OptionNode node, string path) in entries)
        {
            AllowEntry? entry = null;
            string? remedy = node switch
            {
                UnusableNode unusable => unusable.Remedy,
                ScalarNode { Text.Length: <= OptionMap.LongestText } scalar => AllowEntry.TryParse(scalar.Text, out entry),
                _ => AllowEntry.TryParse("", out entry),
            };
            if (entry is not null) allow.Add(entry.ToString());
            if (remedy is null) continue;
            read = false;
            problems.Add(node, path, remedy);
        }
        return [.. allow.Distinct()];
    }
}
