using System.Collections.Immutable;
using Longwire.Link.Pairing;
using Longwire.Platform;

namespace Longwire.Options;

/// <summary>What would be wrong with entries once they were in the options: found before anything is written.</summary>
internal static class EntryTrial
{
    // The Supervisor puts the secret of that name there.
    private const string SecretWord = "!secret";

    /// <returns>Null: nothing. Else a sentence for the person who wrote them; no secret is in it.</returns>
    public static string? WhyNot(MapNode options, IReadOnlyList<NewEntry> entries)
    {
        foreach (NewEntry entry in entries)
        {
            if (entry.Texts.Any(text => text.Value.TrimStart().StartsWith(SecretWord, StringComparison.OrdinalIgnoreCase)))
                return $"A text that begins with {SecretWord} is put in place of a secret, which all would see. Write another text.";
            string? code = entry.Texts.FirstOrDefault(text => text.Key == "pairing_code").Value;
            if (code is not null && !PairingCode.TryParse(code, out _, out PairingFault fault, out int at))
                return Clause.Sentence(PairingFaultText.Of(fault, at));
        }
        LoadedOptions<AttachOptions> before = AttachOptionsReader.Read(options), after = AttachOptionsReader.Read(With(options, entries));
        int pis = entries.Count(entry => entry.List == NewEntry.Pis), radios = entries.Count - pis;
        bool isTaken = after.Options.Pis.Length == before.Options.Pis.Length + pis
            && after.Options.Radios.Length == before.Options.Radios.Length + radios;
        if (isTaken) return null;
        OptionProblem? news = after.Problems.FirstOrDefault(problem => !before.Problems.Any(known => IsSame(known, problem)));
        return news is null
            ? "The options already have so many mistakes that this cannot be added. Mend those first."
            : Clause.Sentence(news.Value.Length > 0 ? $"{news.Value}: {news.Remedy}" : news.Remedy);
    }

    // Those of the entries that were there may have moved by one.
    private static bool IsSame(OptionProblem one, OptionProblem other) =>
        (one.Value, one.Remedy) == (other.Value, other.Remedy) && KeyOf(one.Path) == KeyOf(other.Path);

    private static string KeyOf(string path) => path[(path.IndexOf(']', StringComparison.Ordinal) + 1)..];

    private static MapNode With(MapNode options, IReadOnlyList<NewEntry> entries)
    {
        foreach (NewEntry entry in entries) options = With(options, entry);
        return options;
    }

    private static MapNode With(MapNode options, NewEntry entry)
    {
        OptionNode? there = options.Entries.LastOrDefault(key => key.Key == entry.List).Value;
        ImmutableArray<OptionNode> items = there switch
        {
            ListNode list => list.Items,
            null or { IsNull: true } => [],
            // A single text counts as a list of one.
            _ => [there],
        };
        var now = new ListNode(entry.IsFirst ? items.Insert(0, entry.Node()) : items.Add(entry.Node()), line: 0);
        return new MapNode(
            [.. options.Entries.Where(key => key.Key != entry.List), KeyValuePair.Create<string, OptionNode>(entry.List, now)], line: 0);
    }
}
