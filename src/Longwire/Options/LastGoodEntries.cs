using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>
/// Options that change while we run and hold an entry that cannot be read: a slip must not take a working radio away. Only an entry that
/// is absent removes something, and as long as one cannot be read, what was there before may be what it means: it stays in force. An entry
/// that tells which Pi or which <c>match</c> it is about keeps that alone; one that does not keeps all.
/// </summary>
/// <remarks>Of one process: a restart of the role within it must not forget what stayed in force.</remarks>
internal sealed class LastGoodEntries
{
    // Null until options were read: at the start there is nothing that could stay.
    private AttachOptions? _inForce;

    /// <returns>What is in force from now on, and a problem more where that is not what was read.</returns>
    public LoadedOptions<AttachOptions> Take(LoadedOptions<AttachOptions> read)
    {
        AttachOptions now = _inForce is { } before ? Keep(read.Options, before) : read.Options;
        _inForce = now;
        return now == read.Options ? read : new LoadedOptions<AttachOptions>(now, read.Problems.Add(AsBefore(now, read.Options)));
    }

    /// <param name="before">What was in force until now.</param>
    public static AttachOptions Keep(AttachOptions now, AttachOptions before)
    {
        IEnumerable<PiOptions> pis = before.Pis.Where(pi =>
            now.SkippedPis.Any(skipped => skipped.MayStandAs(pi))
                && !now.Pis.Any(other => other.Id == pi.Id || other.EndPoint.Equals(pi.EndPoint)));
        AttachOptions kept = now with { Pis = [.. now.Pis, .. pis] };
        if (now.SkippedRules.IsEmpty) return kept;
        // Between "all that are recognised" and a list of names there is nothing to merge: it changes once the list can be read whole.
        return now.TakeRecognised || before.TakeRecognised
            ? kept with { Radios = before.Radios, TakeRecognised = before.TakeRecognised }
            : kept with { Radios = Merge(now, before.Radios) };
    }

    private static OptionProblem AsBefore(AttachOptions now, AttachOptions read)
    {
        string[] kept =
        [
            .. now.Pis.Except(read.Pis).Select(pi => pi.DisplayName),
            .. now.Radios.Except(read.Radios).Select(rule => rule.Match.ToString()),
        ];
        string what = kept.Length > 0 ? string.Join(", ", kept) : "every radio that is recognised";
        return new OptionProblem(
            "options",
            "",
            $"what they said before of {what} stays in force, for not all of them can be read. Mend or remove what cannot.");
    }

    private static ImmutableArray<RadioRule> Merge(AttachOptions now, ImmutableArray<RadioRule> before)
    {
        List<RadioRule> rules = [.. now.Radios];
        for (int i = before.Length - 1; i >= 0; i--)
        {
            RadioRule old = before[i];
            if (rules.Exists(rule => IsSame(rule, old))
                || !now.SkippedRules.Any(skipped => skipped.Match is null || skipped.Match == old.Match))
            {
                continue;
            }
            // The first rule that matches a radio counts: this one goes back before those that it stood before.
            int next = rules.FindIndex(rule => before.Skip(i + 1).Any(later => IsSame(later, rule)));
            rules.Insert(next < 0 ? rules.Count : next, old);
        }
        return [.. rules];
    }

    private static bool IsSame(RadioRule one, RadioRule other) => one.Match == other.Match && one.Pi == other.Pi;
}
