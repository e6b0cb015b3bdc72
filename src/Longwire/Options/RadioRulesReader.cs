using System.Collections.Immutable;

namespace Longwire.Options;

/// <param name="Rules">Those that could be read.</param>
/// <param name="TakeRecognised">The options name no radio at all.</param>
internal sealed record RadioRules(ImmutableArray<RadioRule> Rules, bool TakeRecognised, ImmutableArray<SkippedRule> Skipped);

/// <summary>The <c>radios</c> of both roles: the same entries, of which the Pi knows fewer keys.</summary>
internal static class RadioRulesReader
{
    private const string MatchForm = "write vid:pid, vid:pid:serial or vid:pid@port, for example \"10c4:8a2a\" or \"0658:0200@1.4\"";

    /// <param name="resolvePi">From what a person wrote to a Pi's id, or why there is none; null where the role knows no Pis.</param>
    public static RadioRules Read(OptionMap root, ProblemList problems, Func<OptionMap, (string? Id, OptionProblem? Problem)>? resolvePi)
    {
        ImmutableArray<RadioRule>.Builder rules = ImmutableArray.CreateBuilder<RadioRule>();
        ImmutableArray<SkippedRule>.Builder skipped = ImmutableArray.CreateBuilder<SkippedRule>();
        ImmutableArray<(OptionNode Node, string Path)> entries = root.Items("radios", "entries with a match", out OptionProblem? unread);
        foreach ((OptionNode node, string path) in entries)
        {
            RadioRule? rule = ReadRule(node, path, problems, resolvePi, skipped);
            if (rule is null) continue;
            RadioRule? same = rules.FirstOrDefault(other => other.Match == rule.Match && (other.Pi is null || other.Pi == rule.Pi));
            if (same is null) rules.Add(rule);
            else problems.Add(
                node,
                path,
                rule.Match.ToString(),
                $"{same.Path} is about the same radio and counts; remove one, or tell them apart by serial or port");
        }
        // A list in which nothing could be read names radios all the same; it must not turn into "all of them".
        bool namesNone = root.Find("radios") is null or ListNode { Items.IsEmpty: true };
        if (unread is not null) skipped.Add(new SkippedRule(null, unread));
        return new RadioRules(rules.DrainToImmutable(), namesNone, skipped.DrainToImmutable());
    }

    private static RadioRule? ReadRule(
        OptionNode node, string path, ProblemList problems, Func<OptionMap, (string? Id, OptionProblem? Problem)>? resolvePi,
        ImmutableArray<SkippedRule>.Builder skipped)
    {
        // "- 10c4:8a2a" alone is clear enough.
        if (node is ScalarNode { IsNull: false } alone) return ReadMatch(alone, path, problems, skipped) is { } only
            ? new RadioRule { Match = only, Path = path }
            : null;
        if (node is not MapNode map)
        {
            skipped.Add(new SkippedRule(null, problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy : MatchForm)));
            return null;
        }
        OptionMap entry = resolvePi is null
            ? new OptionMap(map, path, problems, "match", "name")
            : new OptionMap(map, path, problems, "match", "pi", "name", "restart_apps");
        if (entry.Find("match") is not { } match)
        {
            skipped.Add(new SkippedRule(null, problems.Add(node, entry.PathOf("match"), "", $"is missing; {MatchForm}")));
            return null;
        }
        if (ReadMatch(match, entry.PathOf("match"), problems, skipped) is not { } parsed) return null;
        string? pi = null;
        if (resolvePi is not null && entry.Find("pi") is not null)
        {
            (pi, OptionProblem? problem) = resolvePi(entry);
            // Skipped, not widened: a rule for one Pi must not take the same kind of stick from all of them.
            if (problem is not null)
            {
                skipped.Add(new SkippedRule(parsed, problem));
                return null;
            }
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

    private static RadioMatch? ReadMatch(OptionNode node, string path, ProblemList problems, ImmutableArray<SkippedRule>.Builder skipped)
    {
        if (node is ScalarNode scalar
            && scalar.Text.Length <= OptionMap.LongestText
            && RadioMatch.TryParse(scalar.Text, out RadioMatch? match))
        {
            return match;
        }
        RadioMatch? meant = node is ScalarNode written && written.Text.Length <= OptionMap.LongestText
            ? MisspeltMatch.Read(written.Text)
            : null;
        string remedy = node is UnusableNode unusable ? unusable.Remedy : meant is null ? MatchForm : MisspeltMatch.Remedy(meant);
        skipped.Add(new SkippedRule(null, problems.Add(node, path, remedy)) { Meant = meant });
        return null;
    }

    private static ImmutableArray<string> ReadApps(OptionMap entry, ProblemList problems)
    {
        ImmutableArray<string>.Builder apps = ImmutableArray.CreateBuilder<string>();
        foreach ((OptionNode node, string path) in entry.Items("restart_apps", "app names"))
        {
            if (node is ScalarNode { Text: { Length: > 0 and <= OptionMap.LongestText } app }
                && app.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                apps.Add(app);
            }
            else problems.Add(
                node, path, node is UnusableNode unusable ? unusable.Remedy : "write an app's slug, for example core_zwave_js");
        }
        return apps.DrainToImmutable();
    }
}
