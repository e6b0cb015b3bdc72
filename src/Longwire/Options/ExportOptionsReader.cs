using System.Collections.Immutable;
using System.Net;

namespace Longwire.Options;

/// <summary>From nodes to what <c>longwire export</c> does.</summary>
internal static class ExportOptionsReader
{
    public static readonly ImmutableArray<string> Keys = ["name", "listen", "radios", "take_over", "stock", "max_hold_seconds", LogLevels.Key];
    public static readonly ImmutableArray<string> StockKeys = ["port", "allow"];

    private const int LongestHold = 3600;

    /// <param name="environment">What stands in the environment; counts before the file. Problems of its own are already in the list.</param>
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
        bool radiosUnclear = root.Find("radios") is null ? fallback.RadiosUnclear || MayBeMisspelt(root, "radios") : !radios.Skipped.IsEmpty;
        OptionMap? stock = root.Map("stock", StockKeys.AsSpan());
        string? name = root.Text("name");
        int? listen = root.Number("listen", 1, IPEndPoint.MaxPort);
        TimeSpan? maxHold = root.Seconds("max_hold_seconds", 0, LongestHold);
        root.NotYet("name", name, null, "tells nobody its name yet");
        root.NotYet("listen", listen, ExportOptions.Default.Listen, "serves stock clients alone (stock.port)");
        root.NotYet("max_hold_seconds", maxHold, ExportOptions.Default.MaxHold, AttachOptionsReader.NoLink);
        return new ExportOptions
        {
            Name = name ?? fallback.Name,
            Listen = listen ?? fallback.Listen,
            Radios = radios.Rules,
            TakeRecognised = radios.TakeRecognised,
            RadiosUnclear = radiosUnclear,
            TakeOver = root.Flag("take_over") ?? fallback.TakeOver,
            Stock = stock is null
                ? fallback.Stock with { AllowUnclear = fallback.Stock.AllowUnclear || MayBeMisspelt(root, "stock") }
                : ReadStock(stock, problems, fallback.Stock),
            MaxHold = maxHold ?? fallback.MaxHold,
            LogLevel = LogLevels.Read(root, problems) ?? fallback.LogLevel,
        };
    }

    // It is missed, and some key is unknown.
    private static bool MayBeMisspelt(OptionMap map, string key)
    {
        if (map.Find(key) is not null) return false;
        map.Items(key, "", out OptionProblem? unread);
        return unread is not null;
    }

    private static StockExportOptions ReadStock(OptionMap stock, ProblemList problems, StockExportOptions fallback)
    {
        fallback = fallback with { Port = stock.Number("port", 1, IPEndPoint.MaxPort) ?? fallback.Port };
        if (stock.Find("allow") is null) return fallback with { AllowUnclear = fallback.AllowUnclear || MayBeMisspelt(stock, "allow") };
        bool unclear = false;
        ImmutableArray<string>.Builder allow = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<(OptionNode Node, string Path)> entries = stock.Items("allow", "client addresses", out OptionProblem? unread);
        foreach ((OptionNode node, string path) in entries)
        {
            if (node is ScalarNode scalar && scalar.Text.Length <= OptionMap.LongestText && HostAddress.ParseLiteral(scalar.Text.Trim()) is { } address)
            {
                // One spelling per address, so that a list can be compared with what a socket says.
                allow.Add((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
            }
            else
            {
                unclear = true;
                problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy
                    : "write the IPv4 or IPv6 address of one Home Assistant host, for example 192.168.0.5; names and whole networks are not taken, since stock USB/IP has no other lock");
            }
        }
        return fallback with { Allow = [.. allow.Distinct()], AllowUnclear = unclear || unread is not null };
    }
}
