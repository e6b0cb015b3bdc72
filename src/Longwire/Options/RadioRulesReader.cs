using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Longwire.Options;

/// <summary>The <c>radios</c> of both roles: the same entries, of which the Pi knows fewer keys.</summary>
internal static class RadioRulesReader
{
    private const string MatchForm = "write vid:pid, vid:pid:serial or vid:pid@port, for example \"10c4:8a2a\" or \"0658:0200@1.4\"";

    /// <param name="resolvePi">From what a person wrote to a Pi's id; null where the role knows no Pis.</param>
    /// <returns>The rules that could be read, and whether the options name no radio at all.</returns>
    public static (ImmutableArray<RadioRule> Rules, bool TakeRecognised) Read(OptionMap root, ProblemList problems, Func<OptionMap, string?>? resolvePi)
    {
        ImmutableArray<RadioRule>.Builder rules = ImmutableArray.CreateBuilder<RadioRule>();
        foreach ((OptionNode node, string path) in root.Items("radios", "entries with a match"))
        {
            RadioRule? rule = ReadRule(node, path, problems, resolvePi);
            if (rule is null) continue;
            RadioRule? same = rules.FirstOrDefault(other => other.Match == rule.Match && (other.Pi is null || other.Pi == rule.Pi));
            if (same is null) rules.Add(rule);
            else problems.Add(node, path, rule.Match.ToString(), $"{same.Path} is about the same radio and counts; remove one, or tell them apart by serial or port");
        }
        // A list in which nothing could be read names radios all the same; it must not turn into "all of them".
        bool namesNone = root.Find("radios") is null or ListNode { Items.IsEmpty: true };
        return (rules.DrainToImmutable(), namesNone);
    }

    private static RadioRule? ReadRule(OptionNode node, string path, ProblemList problems, Func<OptionMap, string?>? resolvePi)
    {
        // "- 10c4:8a2a" alone is clear enough.
        if (node is ScalarNode { IsNull: false } alone) return TryMatch(alone, path, problems, out RadioMatch? only) ? new RadioRule { Match = only, Path = path } : null;
        if (node is not MapNode map)
        {
            problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy : MatchForm);
            return null;
        }
        OptionMap entry = resolvePi is null
            ? new OptionMap(map, path, problems, "match", "name")
            : new OptionMap(map, path, problems, "match", "pi", "name", "restart_apps");
        if (entry.Find("match") is not { } match)
        {
            problems.Add(node, entry.PathOf("match"), "", $"is missing; {MatchForm}");
            return null;
        }
        if (!TryMatch(match, entry.PathOf("match"), problems, out RadioMatch? parsed)) return null;
        string? pi = null;
        if (resolvePi is not null && entry.Find("pi") is not null)
        {
            pi = resolvePi(entry);
            // Skipped, not widened: a rule for one Pi must not take the same kind of stick from all of them.
            if (pi is null) return null;
        }
        return new RadioRule
        {
            Match = parsed,
            Pi = pi,
            Name = entry.Text("name"),
            RestartApps = resolvePi is null ? [] : ReadApps(entry, problems),
            Path = path,
        };
    }

    private static bool TryMatch(OptionNode node, string path, ProblemList problems, [NotNullWhen(true)] out RadioMatch? match)
    {
        match = null;
        if (node is ScalarNode scalar && scalar.Text.Length <= OptionMap.LongestText && RadioMatch.TryParse(scalar.Text, out match)) return true;
        problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy : MatchForm);
        return false;
    }

    private static ImmutableArray<string> ReadApps(OptionMap entry, ProblemList problems)
    {
        ImmutableArray<string>.Builder apps = ImmutableArray.CreateBuilder<string>();
        foreach ((OptionNode node, string path) in entry.Items("restart_apps", "app names"))
        {
            if (node is ScalarNode { Text: { Length: > 0 and <= OptionMap.LongestText } app } && app.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')) apps.Add(app);
            else problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy : "write an app's slug, for example core_zwave_js");
        }
        return apps.DrainToImmutable();
    }
}
