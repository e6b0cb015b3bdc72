using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>
/// Options that change while we run and hold an entry that cannot be read: a slip must not take a working radio away. Only an entry that
/// is absent removes something, and as long as one cannot be read, what was there before may be what it means: it stays in force. An entry
/// that tells which Pi or which <c>match</c> it is about keeps that alone; one that does not keeps all.
/// </summary>
internal static class LastGoodEntries
{
    /// <param name="before">What was in force until now.</param>
    public static AttachOptions Keep(AttachOptions now, AttachOptions before)
    {
        IEnumerable<PiOptions> pis = before.Pis.Where(pi =>
            now.SkippedPis.Any(skipped => skipped.StandsAsBefore && skipped.MayBe(pi.Id))
                && !now.Pis.Any(other => other.Id == pi.Id || other.EndPoint.Equals(pi.EndPoint)));
        AttachOptions kept = now with { Pis = [.. now.Pis, .. pis] };
        if (now.SkippedRules.IsEmpty) return kept;
        // Between "all that are recognised" and a list of names there is nothing to merge: it changes once the list can be read whole.
        return now.TakeRecognised || before.TakeRecognised
            ? kept with { Radios = before.Radios, TakeRecognised = before.TakeRecognised }
            : kept with { Radios = Merge(now, before.Radios) };
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
